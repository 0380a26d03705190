public import XAICore

/// Adds Average Gain.
public enum AverageGainPlugin: Plugin {
  /// `AverageGain`.
  public static let name = "AverageGain"

  /// Adds `average-gain`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(metric: AverageGain.self)
  }
}
