public import XAICore

/// Adds Integrated Gradients.
public enum IntegratedGradientsPlugin: Plugin {
  /// `IntegratedGradients`.
  public static let name = "IntegratedGradients"

  /// Adds `integrated-gradients`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(explainer: IntegratedGradients.self)
  }
}
