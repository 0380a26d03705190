public import XAICore
import XAITensor

/// A greedy oracle: the order in which patches raise the class's score most, found by trying each of them at each step.
///
/// It optimises what insertion and deletion measure, so that its value by them tells how much there is to be had. It explains
/// nothing else. The idea of ordering patches by the metric is that of Walker, Jha & Ewetz 2025 (MDA), which goes on to give them
/// magnitudes.
public struct GreedyOracle: Explainer {
  public static let descriptor = ExplainerDescriptor(
    id: "greedy-oracle", title: "Greedy Oracle",
    summary: "Adds or removes the patch that changes the class's probability most, one after the other",
    family: .perturbation, needs: [], isClassSpecific: true, scores: .relative,
    forwardPasses: "1 + patches·(patches/step + 1)/2 for each class", backwardPasses: "0",
    citation: Citation(
      authors: "Walker, Jha & Ewetz", title: "Metric-Driven Attributions for Vision Transformers",
      venue: "ICLR", year: 2025, identifier: "https://openreview.net/forum?id=rGP2jbWt0l"))

  public let options: GreedyOracleOptions

  public init(options: GreedyOracleOptions = GreedyOracleOptions()) {
    self.options = options
  }

  /// A model that can leave patches out, where that is how they are hidden.
  public var needs: Capabilities { options.fill.needs }

  /// Needs the logits.
  public func recording(for model: ModelDescriptor) -> Recording { Recording() }

  /// Explains every image; each target has an order, and passes, of its own.
  public func explain(
    from trace: ForwardTrace, targets: Targets, using model: any Model
  ) throws -> [[Attribution]] {
    try trace.check(targets)
    let blocks = PatchBlocks(side: options.block, grid: trace.layout.grid)
    let passes = GreedyOrder(count: blocks.count, options).passes
    var runner = try FrameRunner(
      self, model: model, batchSize: options.batch,
      total: passes * targets.imageCount * targets.countPerImage)
    return try targets.map { image, _, classIndex in
      let original = trace.input[image]
      let (preprocessing, meaning) = (model.descriptor.preprocessing, model.descriptor.output)
      let segments = Segments(
        of: original, cells: PatchCells(of: trace), preprocessing: preprocessing, into: .patches,
        superpixels: 1)
      let hidden = options.fill.substitute(isInsertion: options.direction == .insertion)?
        .input(hiding: original, preprocessing: preprocessing)
      var order = GreedyOrder(count: blocks.count, options)
      while let candidates = order.nextCandidates() {
        let shown = candidates.map { blocks.coalition(of: order.shown(with: $0)) }
        var (values, rounding) = ([Double](repeating: 0, count: candidates.count), 0.0)
        try runner.run(segments.frames(of: original, hiddenAs: hidden, shown), of: original) {
          frame, logits in
          let value = options.score.values(of: [classIndex], in: logits, meaning: meaning)
          values[frame] = value[0]
          rounding = max(rounding, options.score.rounding(of: value, in: logits)[0])
        }
        order.take(candidates, values: values, rounding: rounding)
      }
      return try Attribution(
        scores: blocks.patchScores(order.ranks), of: trace, classIndex: classIndex, by: self)
    }
  }
}

/// The options of the greedy oracle.
public struct GreedyOracleOptions: PerturbationExplainerOptions, ChosenScoreOptions, SeededOptions {
  /// Which way patches are taken.
  public enum Direction: String, OptionValue, CaseIterable {
    /// Patches are shown, beginning with none.
    case insertion
    /// Patches are hidden, beginning with all.
    case deletion
  }

  /// Which way patches are taken.
  public var direction = Direction.insertion
  /// What stands in the place of what is hidden.
  public var fill = Hiding.rise
  /// How many are taken at each step, the best ones of those that were tried.
  public var step = 4
  /// Patches along each side of a block that is taken as one.
  public var block = 1
  /// How many are tried at each step, drawn at random; nil for all that are left.
  public var candidates: Int?
  /// Which output stands for a class.
  public var score = OutputScore.probability
  /// The seed of what is tried.
  public var seed = 0
  /// Inputs that the model sees at once.
  public var batch = 16

  /// Makes the defaults: every patch that is left is tried at every step, hidden as the insertion metric hides it; steps of
  /// four take about as many passes of 196 patches as RISE.
  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec("direction", \.direction, "whether patches are shown one after the other, or hidden"),
    OptionSpec(
      "fill", \.fill, "what stands in the place of what is hidden",
      oneOf: [.rise] + Hiding.fills + [.tokens]),
    OptionSpec(
      "step", \.step, "how many patches or blocks are taken at each step", allowed: "a whole number from 1",
      where: { $0 > 0 }),
    OptionSpec(
      "block", \.block, "patches along each side of a block that is taken as one",
      allowed: "a whole number from 1", where: { $0 > 0 }),
    OptionSpec(
      "candidates", \.candidates, "how many are tried at each step",
      allowed: "a whole number from 1, or none for all that are left", where: { $0.map { $0 > 0 } ?? true }),
    scoreOption,
    seedOption(for: "candidates"),
    batchOption,
  ]
}
