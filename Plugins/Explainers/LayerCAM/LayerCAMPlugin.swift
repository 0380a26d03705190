public import XAICore

/// Adds LayerCAM on tokens.
public enum LayerCAMPlugin: Plugin {
  /// `LayerCAM`.
  public static let name = "LayerCAM"

  /// Adds `layer-cam`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(explainer: LayerCAM.self)
  }
}
