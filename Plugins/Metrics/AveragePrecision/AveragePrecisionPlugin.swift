public import XAICore

/// Adds Average Precision.
public enum AveragePrecisionPlugin: Plugin {
  /// `AveragePrecision`.
  public static let name = "AveragePrecision"

  /// Adds `average-precision`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(metric: AveragePrecision.self)
  }
}
