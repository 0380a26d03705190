/// A model family, an explainer, a metric or a data set that a registry can hold.
///
/// The protocols of these four refine this one and register the type, so a plugin is the type itself:
/// `Registry(plugins: [ViT.self, GMAR.self])`. Nothing is registered by being imported, and there is no global state.
public protocol Plugin: Sendable {
  /// What lists and error messages call it; by default the name of the type.
  static var name: String { get }
  /// Adds the type to a registry.
  static func register(in registry: inout Registry) throws(RegistryError)
}

extension Plugin {
  public static var name: String { String(describing: Self.self) }
}

extension ModelArchitecture {
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.add(model: Self.self)
  }
}

extension Explainer {
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.add(explainer: Self.self)
  }
}

extension Metric {
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.add(metric: Self.self)
  }
}

extension Dataset {
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.add(dataset: Self.self)
  }
}
