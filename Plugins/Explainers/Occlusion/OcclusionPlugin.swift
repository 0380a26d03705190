public import XAICore

/// Adds Occlusion.
public enum OcclusionPlugin: Plugin {
  /// `Occlusion`.
  public static let name = "Occlusion"

  /// Adds `occlusion`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(explainer: Occlusion.self)
  }
}
