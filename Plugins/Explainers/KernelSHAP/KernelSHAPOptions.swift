public import XAICore

/// The options of Kernel SHAP.
public struct KernelSHAPOptions: PerturbationExplainerOptions {
  /// What the players are.
  public var segments = Segmentation.patches
  /// About how many superpixels.
  public var superpixels = 50
  /// How many coalitions beside nobody and everybody; none for 2·players + 2048.
  public var samples: Int?
  /// How players that are not in a coalition are hidden.
  public var fill = Fill.zero
  /// Which output stands for a class.
  public var score = OutputScore.probability
  /// The seed of the coalitions.
  public var seed = 0
  /// Inputs that the model sees at once.
  public var batch = 16

  /// Makes the defaults: those of the authors' program.
  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec("segments", \.segments, "what the players are; tokens are patches that are left out"),
    OptionSpec(
      "superpixels", \.superpixels, "about how many superpixels, with segments=slic",
      allowed: "a whole number from 1 to 10000", where: { (1...10_000).contains($0) }),
    OptionSpec(
      "samples", \.samples, "how many coalitions beside nobody and everybody",
      allowed: "a whole number from 2 to 1000000, or none for 2·players + 2048",
      where: { $0.map { (2...1_000_000).contains($0) } ?? true }),
    OptionSpec("fill", \.fill, "what stands in the place of a player"),
    OptionSpec("score", \.score, "which output stands for a class"),
    OptionSpec("seed", \.seed, "another seed gives other coalitions"),
    batchOption,
  ]
}
