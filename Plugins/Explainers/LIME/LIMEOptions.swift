public import XAICore

/// The options of LIME.
public struct LIMEOptions: PerturbationExplainerOptions {
  /// What the image is divided into.
  public var segments = Segmentation.slic
  /// About how many superpixels.
  public var superpixels = 50
  /// How many images with some of the segments, the whole one among them.
  public var samples = 1000
  /// How hidden segments look.
  public var fill = Hiding.segmentMean
  /// The width of the kernel on cosine distances.
  public var width = 0.25
  /// How strongly coefficients are held to 0.
  public var ridge = 1.0
  /// Which output stands for a class.
  public var score = OutputScore.probability
  /// The seed of the samples.
  public var seed = 0
  /// Inputs that the model sees at once.
  public var batch = 16

  /// Makes the defaults: those of the authors' program.
  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec(
      "segments", \.segments, "what the picture is divided into; tokens are patches that are left out"),
    OptionSpec(
      "superpixels", \.superpixels, "about how many superpixels, with segments=slic",
      allowed: "a whole number from 1 to 10000", where: { (1...10_000).contains($0) }),
    OptionSpec(
      "samples", \.samples, "how many pictures with some of the segments",
      allowed: "a whole number from 2 to 1000000", where: { (2...1_000_000).contains($0) }),
    OptionSpec(
      "fill", \.fill, "what stands in the place of a segment", oneOf: [.segmentMean] + Hiding.fills),
    OptionSpec(
      "width", \.width, "the width of the kernel on cosine distances", allowed: "a number above 0",
      where: { $0 > 0 }),
    OptionSpec(
      "ridge", \.ridge, "how strongly coefficients are held to 0", allowed: "a number above 0",
      where: { $0 > 0 }),
    OptionSpec("score", \.score, "which output stands for a class"),
    OptionSpec("seed", \.seed, "another seed gives other samples"),
    batchOption,
  ]
}
