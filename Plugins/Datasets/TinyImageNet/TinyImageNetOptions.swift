public import XAICore

/// The options of Tiny-ImageNet.
public struct TinyImageNetOptions: PluginOptions {
  /// The folder with `wnids.txt`.
  public var path: String?

  public init() {}

  /// Makes the options for a folder.
  public init(path: String) {
    self.path = path
  }

  public static let table: [OptionSpec<Self>] = [
    OptionSpec("path", \.path, "the folder with wnids.txt", allowed: "a path | none")
  ]
}
