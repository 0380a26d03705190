public import XAICore

/// Adds the pointing game.
public enum PointingGamePlugin: Plugin {
  /// `PointingGame`.
  public static let name = "PointingGame"

  /// Adds `pointing-game`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(metric: PointingGame.self)
  }
}
