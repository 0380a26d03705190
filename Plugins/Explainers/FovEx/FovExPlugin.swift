public import XAICore

/// Adds FovEx.
public enum FovExPlugin: Plugin {
  /// `FovEx`.
  public static let name = "FovEx"

  /// Adds `fovex`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(explainer: FovEx.self)
  }
}
