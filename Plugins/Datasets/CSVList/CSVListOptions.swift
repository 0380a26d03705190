public import XAICore

/// The options of a list of images.
public struct CSVListOptions: PluginOptions {
  /// The list, or the folder that it lies in as `labels.csv`.
  public var path: String?
  /// A file with one class name a line, by class index.
  public var labels: String?
  /// The share held out for validation where the list has no column of splits.
  public var validation = 0.0
  /// What the images held out are drawn with.
  public var seed = 0

  public init() {}

  /// Makes the options for a list.
  public init(path: String, labels: String? = nil, validation: Double = 0, seed: Int = 0) {
    self.path = path
    self.labels = labels
    self.validation = validation
    self.seed = seed
  }

  public static let table: [OptionSpec<Self>] = [
    OptionSpec(
      "path", \.path, "the list, or the folder that it lies in as labels.csv", allowed: "a path | none"),
    OptionSpec(
      "labels", \.labels, "a file with one class name a line, by class index", allowed: "a path | none"),
    OptionSpec(
      "validation", \.validation, "the share held out for validation, where the list has no column of splits",
      allowed: "a number from 0 to less than 1", where: { (0..<1).contains($0) }),
    OptionSpec("seed", \.seed, "what the pictures held out are drawn with"),
  ]
}
