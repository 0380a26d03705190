public import XAICore

/// The options of Score-CAM.
public struct ScoreCAMOptions: PerturbationExplainerOptions {
  /// The layer, from 0; −1 is the last.
  public var layer = -1
  /// The place in the layer.
  public var point = Place.firstNorm
  /// Whether negative scores become 0.
  public var relu = true
  /// What stands in the place of what a mask hides.
  public var fill = Fill.zero
  /// Which output stands for a class.
  public var score = OutputScore.logit
  /// Inputs that the model sees at once.
  public var batch = 16

  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec("layer", \.layer, "the layer that is looked at, from 0; -1 is the last"),
    OptionSpec("point", \.point, "the place in the layer"),
    OptionSpec("relu", \.relu, "whether negative scores become 0"),
    OptionSpec("fill", \.fill, "what stands in the place of what a mask hides"),
    OptionSpec("score", \.score, "which output stands for a class"),
    batchOption,
  ]
}
