public import XAICore

/// Adds the data-efficient image transformer.
public enum DeiTPlugin: Plugin {
  /// `DeiT`.
  public static let name = "DeiT"

  /// Adds `deit`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(model: DeiT.self)
  }
}
