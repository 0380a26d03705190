public import XAICore

/// Adds class localisation.
public enum ClassLocalisationPlugin: Plugin {
  /// `ClassLocalisation`.
  public static let name = "ClassLocalisation"

  /// Adds `class-localisation`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(metric: ClassLocalisation.self)
  }
}
