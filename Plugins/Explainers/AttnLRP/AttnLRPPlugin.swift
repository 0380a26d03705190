public import XAICore

/// Adds AttnLRP.
public enum AttnLRPPlugin: Plugin {
  /// `AttnLRP`.
  public static let name = "AttnLRP"

  /// Adds `attnlrp`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(explainer: AttnLRP.self)
  }
}
