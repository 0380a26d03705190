public import XAICore

/// Adds LIME.
public enum LIMEPlugin: Plugin {
  /// `LIME`.
  public static let name = "LIME"

  /// Adds `lime`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(explainer: LIME.self)
  }
}
