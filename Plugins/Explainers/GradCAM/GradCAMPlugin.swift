public import XAICore

/// Adds Grad-CAM on tokens.
public enum GradCAMPlugin: Plugin {
  /// `GradCAM`.
  public static let name = "GradCAM"

  /// Adds `grad-cam`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(explainer: GradCAM.self)
  }
}
