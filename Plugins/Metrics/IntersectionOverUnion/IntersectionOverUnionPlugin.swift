public import XAICore

/// Adds Intersection over Union.
public enum IntersectionOverUnionPlugin: Plugin {
  /// `IntersectionOverUnion`.
  public static let name = "IntersectionOverUnion"

  /// Adds `iou`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(metric: IntersectionOverUnion.self)
  }
}
