public import XAICore

/// Adds Swin.
public enum SwinPlugin: Plugin {
  /// `Swin`.
  public static let name = "Swin"

  /// Adds `swin`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(model: Swin.self)
  }
}
