public import XAICore

/// Adds TokenTM.
public enum TokenTMPlugin: Plugin {
  /// `TokenTM`.
  public static let name = "TokenTM"

  /// Adds `token-tm`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(explainer: TokenTM.self)
  }
}
