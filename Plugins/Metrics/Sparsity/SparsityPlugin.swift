public import XAICore

/// Adds the Gini index of a map.
public enum SparsityPlugin: Plugin {
  /// `Sparsity`.
  public static let name = "Sparsity"

  /// Adds `sparsity`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(metric: Sparsity.self)
  }
}
