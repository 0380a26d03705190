public import XAICore

/// Adds Insertion.
public enum InsertionPlugin: Plugin {
  /// `Insertion`.
  public static let name = "Insertion"

  /// Adds `insertion`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(metric: Insertion.self)
  }
}
