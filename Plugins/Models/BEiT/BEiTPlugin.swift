public import XAICore

/// Adds BEiT.
public enum BEiTPlugin: Plugin {
  /// `BEiT`.
  public static let name = "BEiT"

  /// Adds `beit`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(model: BEiT.self)
  }
}
