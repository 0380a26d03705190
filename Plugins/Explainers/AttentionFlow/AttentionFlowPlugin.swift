public import XAICore

/// Adds Attention Flow.
public enum AttentionFlowPlugin: Plugin {
  /// `AttentionFlow`.
  public static let name = "AttentionFlow"

  /// Adds `attention-flow`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(explainer: AttentionFlow.self)
  }
}
