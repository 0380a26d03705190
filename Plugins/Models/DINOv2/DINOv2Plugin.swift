public import XAICore

/// Adds DINOv2.
public enum DINOv2Plugin: Plugin {
  /// `DINOv2`.
  public static let name = "DINOv2"

  /// Adds `dinov2`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(model: DINOv2.self)
  }
}
