public import XAICore

/// Adds folders of pictures.
public enum ImageFolderPlugin: Plugin {
  /// `ImageFolder`.
  public static let name = "ImageFolder"

  /// Adds `image-folder`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(dataset: ImageFolder.self)
  }
}
