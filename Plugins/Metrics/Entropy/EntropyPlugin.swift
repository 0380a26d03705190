public import XAICore

/// Adds the entropy of a map.
public enum EntropyPlugin: Plugin {
  /// `Entropy`.
  public static let name = "Entropy"

  /// Adds `entropy`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(metric: Entropy.self)
  }
}
