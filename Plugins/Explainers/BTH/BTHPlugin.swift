public import XAICore

/// Adds bidirectional token attribution.
public enum BTHPlugin: Plugin {
  /// `BTH`.
  public static let name = "BTH"

  /// Adds `bth`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(explainer: BTH.self)
  }
}
