public import XAICore

/// The options of Average Drop: what published code does otherwise.
public struct AverageDropOptions: PluginOptions {
  /// What the lost probability is compared with.
  public enum Drop: String, OptionValue, CaseIterable {
    /// The probability on the whole image.
    case relative
    /// Nothing: points of probability count.
    case absolute
  }

  /// Which values the map multiplies.
  public var space = MaskingSpace.pixels
  /// What the lost probability is compared with.
  public var drop = Drop.relative

  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec("space", \.space, "which values of the picture the map multiplies"),
    OptionSpec("drop", \.drop, "whether the loss is a share of the probability or counted in points of it"),
  ]

  /// What programs do, under their names.
  public static let presets: [Preset<Self>] = [
    Preset("default", "the picture in [0, 1] times the map, the loss as a share") {
      $0 = AverageDropOptions()
    },
    Preset("torch-cam", "ClassificationMetric of torch-cam") { $0.space = .normalised },
    Preset("xplique", "AverageDropMetric of Xplique, equal to torch-cam") { $0.space = .normalised },
    Preset("pytorch-grad-cam", "DropInConfidence of pytorch-grad-cam") { options in
      options.space = .normalised
      options.drop = .absolute
    },
  ]
}
