public import XAICore

/// Adds partial LRP.
public enum PartialLRPPlugin: Plugin {
  /// `PartialLRP`.
  public static let name = "PartialLRP"

  /// Adds `partial-lrp`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(explainer: PartialLRP.self)
  }
}
