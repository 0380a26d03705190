public import XAICore

/// Adds gradient-weighted Attention Rollout.
public enum GradientRolloutPlugin: Plugin {
  /// `GradientRollout`.
  public static let name = "GradientRollout"

  /// Adds `gradient-rollout`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(explainer: GradientRollout.self)
  }
}
