public import XAICore

/// Adds the drawn scenes.
public enum ShapesPlugin: Plugin {
  /// `Shapes`.
  public static let name = "Shapes"

  /// Adds `shapes`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(dataset: Shapes.self)
  }
}
