public import XAICore

/// Adds the random baseline.
public enum RandomMapPlugin: Plugin {
  /// `RandomMap`.
  public static let name = "RandomMap"

  /// Adds `random`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(explainer: RandomMap.self)
  }
}
