public import XAICore

/// Adds Tiny-ImageNet.
public enum TinyImageNetPlugin: Plugin {
  /// `TinyImageNet`.
  public static let name = "TinyImageNet"

  /// Adds `tiny-imagenet`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(dataset: TinyImageNet.self)
  }
}
