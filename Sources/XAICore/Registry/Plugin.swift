/// A module that adds models, explainers, metrics or data sets to a registry.
public protocol Plugin: Sendable {
  /// What users and error messages call it: its folder under `Plugins/`, or a name of a third party's own.
  static var name: String { get }
  /// Adds what the module has.
  static func register(in registry: inout Registry) throws(RegistryError)
}
