public import XAICore

/// Adds Attention Rollout.
public enum AttentionRolloutPlugin: Plugin {
  /// `AttentionRollout`.
  public static let name = "AttentionRollout"

  /// Adds `attention-rollout`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(explainer: AttentionRollout.self)
  }
}
