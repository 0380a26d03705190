public import XAICore

/// Adds RISE.
public enum RISEPlugin: Plugin {
  /// `RISE`.
  public static let name = "RISE"

  /// Adds `rise`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(explainer: RISE.self)
  }
}
