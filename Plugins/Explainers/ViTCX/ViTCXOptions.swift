public import XAICore

/// The options of ViT-CX.
public struct ViTCXOptions: PerturbationExplainerOptions {
  /// The layer, from 0; −1 is the last.
  public var layer = -1
  /// The place in the layer.
  public var point = Place.firstNorm
  /// Masks farther apart than this, by cosine, are not in one cluster.
  public var distance = 0.1
  /// The deviation of the noise in place of what a mask hides.
  public var noise = 0.1
  /// The seed of the noise.
  public var seed = 0
  /// Inputs that the model sees at once.
  public var batch = 16

  /// The softmax probability.
  public var score: OutputScore { .probability }

  /// Makes the defaults: those of the authors' program.
  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec("layer", \.layer, "the layer that is looked at, from 0; -1 is the last"),
    OptionSpec("point", \.point, "the place in the layer"),
    OptionSpec(
      "distance", \.distance, "masks farther apart than this, by cosine, are not in one cluster",
      allowed: "a number from 0", where: { $0 >= 0 }),
    OptionSpec(
      "noise", \.noise, "the deviation of the noise in place of what a mask hides",
      allowed: "a number from 0", where: { $0 >= 0 }),
    OptionSpec("seed", \.seed, "another seed gives other noise"),
    batchOption,
  ]
}
