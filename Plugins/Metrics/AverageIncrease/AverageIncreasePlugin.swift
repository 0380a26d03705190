public import XAICore

/// Adds Average Increase.
public enum AverageIncreasePlugin: Plugin {
  /// `AverageIncrease`.
  public static let name = "AverageIncrease"

  /// Adds `average-increase`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(metric: AverageIncrease.self)
  }
}
