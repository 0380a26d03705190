public import XAICore

/// Adds the energy-based pointing game.
public enum ObjectEnergyPlugin: Plugin {
  /// `ObjectEnergy`.
  public static let name = "ObjectEnergy"

  /// Adds `energy`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(metric: ObjectEnergy.self)
  }
}
