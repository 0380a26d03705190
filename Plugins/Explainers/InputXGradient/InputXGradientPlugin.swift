public import XAICore

/// Adds Input × Gradient.
public enum InputXGradientPlugin: Plugin {
  /// `InputXGradient`.
  public static let name = "InputXGradient"

  /// Adds `input-x-gradient`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(explainer: InputXGradient.self)
  }
}
