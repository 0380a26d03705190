public import XAICore

/// Adds the centre baseline.
public enum CentreMapPlugin: Plugin {
  /// `CentreMap`.
  public static let name = "CentreMap"

  /// Adds `centre`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(explainer: CentreMap.self)
  }
}
