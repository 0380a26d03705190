public import XAICore

/// Adds the attention of one layer as it is.
public enum RawAttentionPlugin: Plugin {
  /// `RawAttention`.
  public static let name = "RawAttention"

  /// Adds `raw-attention`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(explainer: RawAttention.self)
  }
}
