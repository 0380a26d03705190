public import XAICore

/// The options of Tiny-ImageNet.
public struct TinyImageNetOptions: PluginOptions {
  /// The folder with `wnids.txt`.
  public var path: String?

  /// Makes the defaults.
  public init() {}

  /// Makes the options for a folder.
  public init(path: String) {
    self.path = path
  }

  /// Every option.
  public static let table: [Option<Self>] = [
    Option("path", \.path, "the folder with wnids.txt", allowed: "a path | none")
  ]
}
