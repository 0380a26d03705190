public import XAICore

/// Adds Gradient-Driven Multi-Head Attention Rollout.
public enum GMARPlugin: Plugin {
  /// `GMAR`.
  public static let name = "GMAR"

  /// Adds `gmar`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(explainer: GMAR.self)
  }
}
