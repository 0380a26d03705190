public import XAICore

/// Adds ViT-CX.
public enum ViTCXPlugin: Plugin {
  /// `ViTCX`.
  public static let name = "ViTCX"

  /// Adds `vit-cx`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(explainer: ViTCX.self)
  }
}
