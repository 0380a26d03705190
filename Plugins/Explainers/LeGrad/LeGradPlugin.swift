public import XAICore

/// Adds LeGrad.
public enum LeGradPlugin: Plugin {
  /// `LeGrad`.
  public static let name = "LeGrad"

  /// Adds `legrad`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(explainer: LeGrad.self)
  }
}
