public import XAICore

/// Adds Score-CAM on tokens.
public enum ScoreCAMPlugin: Plugin {
  /// `ScoreCAM`.
  public static let name = "ScoreCAM"

  /// Adds `score-cam`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(explainer: ScoreCAM.self)
  }
}
