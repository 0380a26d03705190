public import XAICore

/// The options of a folder of images.
public struct ImageFolderOptions: PluginOptions {
  /// The folder.
  public var path: String?
  /// The share held out for validation where the folder has no splits of its own.
  public var validation = 0.1
  /// What the images held out are drawn with.
  public var seed = 0

  public init() {}

  /// Makes the options for a folder.
  public init(path: String, validation: Double = 0.1, seed: Int = 0) {
    self.path = path
    self.validation = validation
    self.seed = seed
  }

  public static let table: [OptionSpec<Self>] = [
    OptionSpec("path", \.path, "the folder", allowed: "a path | none"),
    OptionSpec(
      "validation", \.validation,
      "the share held out for validation, where the folder has no splits of its own",
      allowed: "a number from 0 to less than 1", where: { (0..<1).contains($0) }),
    OptionSpec("seed", \.seed, "what the pictures held out are drawn with"),
  ]
}
