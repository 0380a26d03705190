public import XAICore

/// Adds Deletion.
public enum DeletionPlugin: Plugin {
  /// `Deletion`.
  public static let name = "Deletion"

  /// Adds `deletion`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(metric: Deletion.self)
  }
}
