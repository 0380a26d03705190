public import XAICore

/// Adds conservative propagation.
public enum ConservativePropagationPlugin: Plugin {
  /// `ConservativePropagation`.
  public static let name = "ConservativePropagation"

  /// Adds `conservative-propagation`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(explainer: ConservativePropagation.self)
  }
}
