public import XAICore

/// Adds the model randomisation test.
public enum RandomisationPlugin: Plugin {
  /// `Randomisation`.
  public static let name = "Randomisation"

  /// Adds `randomisation`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(metric: Randomisation.self)
  }
}
