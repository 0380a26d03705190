public import XAICore

/// Adds the Vision Transformer.
public enum ViTPlugin: Plugin {
  /// `ViT`.
  public static let name = "ViT"

  /// Adds `vit`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(model: ViT.self)
  }
}
