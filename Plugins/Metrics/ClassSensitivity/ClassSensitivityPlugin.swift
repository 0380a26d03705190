public import XAICore

/// Adds class sensitivity.
public enum ClassSensitivityPlugin: Plugin {
  /// `ClassSensitivity`.
  public static let name = "ClassSensitivity"

  /// Adds `class-sensitivity`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(metric: ClassSensitivity.self)
  }
}
