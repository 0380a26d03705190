public import XAICore

/// Adds Average Drop.
public enum AverageDropPlugin: Plugin {
  /// `AverageDrop`.
  public static let name = "AverageDrop"

  /// Adds `average-drop`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(metric: AverageDrop.self)
  }
}
