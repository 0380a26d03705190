public import XAICore

/// Adds transformer attribution.
public enum TransformerAttributionPlugin: Plugin {
  /// `TransformerAttribution`.
  public static let name = "TransformerAttribution"

  /// Adds `transformer-attribution`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(explainer: TransformerAttribution.self)
  }
}
