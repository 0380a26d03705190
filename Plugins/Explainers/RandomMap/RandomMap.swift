public import XAICore
import XAIFoundation
import XAITensor

/// The options of the random baseline.
public struct RandomMapOptions: SeededOptions {
  /// The seed of all maps.
  public var seed = 0

  public init() {}

  public static let table: [OptionSpec<Self>] = [
    seedOption(for: "maps")
  ]
}

/// The random baseline: scores that have nothing to do with the model, one map an image.
///
/// Uniform in [0, 1), drawn from the seed and a hash of the image's bits, so that a map does not depend on what else is in a
/// batch, on the order of images, or on the class.
/// Source: random orders are what Samek et al. 2017 (arXiv 1509.06321) compare heat maps with.
public struct RandomMap: Explainer {
  public static let descriptor = ExplainerDescriptor(
    id: "random", title: "Random",
    summary: "Gives every patch a random score, for others to be compared with",
    family: .baseline, needs: [], isClassSpecific: false, scores: .magnitude, forwardPasses: "0",
    backwardPasses: "0",
    citation: Citation(
      authors: "Samek et al.",
      title: "Evaluating the Visualization of What a Deep Neural Network Has Learned",
      venue: "IEEE Transactions on Neural Networks and Learning Systems", year: 2017,
      identifier: "arXiv:1509.06321"))

  public let options: RandomMapOptions

  public init(options: RandomMapOptions = RandomMapOptions()) {
    self.options = options
  }

  /// Needs nothing.
  public func recording(for model: ModelDescriptor) -> Recording { Recording() }

  /// Explains every image; all targets of an image have the same map.
  public func explain(
    from trace: ForwardTrace, targets: Targets, using model: any Model
  ) throws -> [[Attribution]] {
    try trace.check(targets)
    return try targets.map { image, _, classIndex in
      var hash = FNV1a()
      trace.input[image].withElements { for value in $0 { hash.add(UInt64(value.bitPattern)) } }
      var random = SeededRandom(seed: UInt64(bitPattern: Int64(options.seed)), hash.value)
      let scores = (0..<trace.layout.grid.count).map { _ in random.uniform() }
      return try Attribution(scores: scores, of: trace, classIndex: classIndex, by: self)
    }
  }
}
