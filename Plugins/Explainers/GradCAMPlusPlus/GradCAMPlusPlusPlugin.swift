public import XAICore

/// Adds Grad-CAM++ on tokens.
public enum GradCAMPlusPlusPlugin: Plugin {
  /// `GradCAMPlusPlus`.
  public static let name = "GradCAMPlusPlus"

  /// Adds `grad-cam-plus-plus`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(explainer: GradCAMPlusPlus.self)
  }
}
