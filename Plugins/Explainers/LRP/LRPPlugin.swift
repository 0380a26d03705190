public import XAICore

/// Adds layer-wise relevance propagation.
public enum LRPPlugin: Plugin {
  /// `LRP`.
  public static let name = "LRP"

  /// Adds `lrp`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(explainer: LRP.self)
  }
}
