public import XAICore

/// Adds SmoothGrad.
public enum SmoothGradPlugin: Plugin {
  /// `SmoothGrad`.
  public static let name = "SmoothGrad"

  /// Adds `smooth-grad`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(explainer: SmoothGrad.self)
  }
}
