public import XAICore

/// Adds CP-LRP.
public enum CPLRPPlugin: Plugin {
  /// `CPLRP`.
  public static let name = "CPLRP"

  /// Adds `cp-lrp`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(explainer: CPLRP.self)
  }
}
