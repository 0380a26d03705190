public import XAICore

/// Adds Negative Perturbation.
public enum NegativePerturbationPlugin: Plugin {
  /// `NegativePerturbation`.
  public static let name = "NegativePerturbation"

  /// Adds `negative-perturbation`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(metric: NegativePerturbation.self)
  }
}
