public import XAICore

/// Adds generic attention explainability.
public enum GenericAttentionPlugin: Plugin {
  /// `GenericAttention`.
  public static let name = "GenericAttention"

  /// Adds `generic-attention`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(explainer: GenericAttention.self)
  }
}
