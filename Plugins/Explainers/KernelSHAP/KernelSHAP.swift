public import XAICore
import XAITensor

/// Kernel SHAP: Shapley values of the segments of an image, by weighted least squares on coalitions of them.
///
/// φ minimises Σ_z π(z)·(f_c(x_z) − f_c(x_∅) − φ·z)² with π the Shapley kernel and Σ φ = f_c(x) − f_c(x_∅), which is kept by
/// putting it into the equations for the last player. With all coalitions φ are the Shapley values themselves. Source:
/// Lundberg & Lee 2017 (arXiv 1705.07874), Eq. 8 and Theorem 2.
public struct KernelSHAP: PerturbationExplainer {
  public static let descriptor = ExplainerDescriptor(
    id: "kernel-shap", title: "Kernel SHAP",
    summary: "Shares the class's probability out among patches by their Shapley values",
    family: .perturbation, needs: [], isClassSpecific: true, scores: .signed,
    forwardPasses: "2 + samples", backwardPasses: "0",
    citation: Citation(
      authors: "Lundberg & Lee", title: "A Unified Approach to Interpreting Model Predictions",
      venue: "NeurIPS", year: 2017, identifier: "arXiv:1705.07874"))

  public let options: KernelSHAPOptions

  /// Makes an explainer; throws for a fill where nothing stands in the place of a patch.
  public init(options: KernelSHAPOptions) throws(OptionError) {
    try options.segments.check(fill: options.fill, standard: KernelSHAPOptions().fill)
    self.options = options
  }

  /// Makes an explainer with the defaults.
  public init() {
    options = KernelSHAPOptions()
  }

  /// A model that can leave patches out, where that is how they are hidden.
  public var needs: Capabilities { options.segments.needs }

  /// Needs the logits; throws where too few coalitions were asked for to tell the model's patches apart.
  ///
  /// How many superpixels there are is known of each image alone, and is checked there.
  public func recording(for model: ModelDescriptor) throws -> Recording {
    if let samples = options.samples, options.segments != .slic {
      let players = model.layout.grid.count
      let chosen = WeightedCoalitions(count: players, budget: samples, seed: options.seed)
      guard chosen.determinesShares else { throw tooFew(chosen, players: players) }
    }
    return Recording()
  }

  private func tooFew(_ chosen: WeightedCoalitions, players: Int) -> OptionError {
    .outOfRange(
      option: "samples", value: "\(options.samples ?? chosen.coalitions.count)",
      allowed: "more: \(chosen.coalitions.count) coalitions don't determine the values of \(players) players")
  }

  /// The image with the players of each coalition, and with nobody.
  public func perturbation(
    of image: Int, in trace: ForwardTrace, using model: any Model
  ) throws -> Perturbation {
    let (original, preprocessing) = (trace.input[image], model.descriptor.preprocessing)
    let segments = Segments(
      of: original, cells: PatchCells(of: trace), preprocessing: preprocessing, into: options.segments,
      superpixels: options.superpixels)
    let chosen = WeightedCoalitions(
      count: segments.count, budget: options.samples ?? 2 * segments.count + 2048, seed: options.seed)
    if options.samples != nil, !chosen.determinesShares { throw tooFew(chosen, players: segments.count) }
    let hidden =
      options.segments == .tokens ? nil : options.fill.input(hiding: original, preprocessing: preprocessing)
    let coalitions = chosen.coalitions + [Coalition(count: segments.count)]
    return Perturbation(segments.frames(of: original, hiddenAs: hidden, coalitions)) { scores in
      try shares(chosen, values: scores.values, whole: scores.whole).map(segments.patchScores)
    }
  }

  /// The value of each player for each class.
  ///
  /// - Parameters:
  ///   - values: `values[coalition][class]`, that of nobody last.
  ///   - whole: the values of everybody.
  private func shares(_ chosen: WeightedCoalitions, values: [[Double]], whole: [Double]) throws(OptionError)
    -> [[Double]]
  {
    let nobody = values[values.count - 1]
    let gains = zip(whole, nobody).map { $0 - $1 }
    guard let players = chosen.coalitions.first?.count else { return gains.map { [$0] } }
    guard
      let solution = chosen.solution(
        sides: gains.count,
        values: { index, lastIn in
          gains.indices.map { values[index][$0] - nobody[$0] - lastIn * gains[$0] }
        })
    else { throw tooFew(chosen, players: players) }
    return solution.indices.map { solution[$0] + [gains[$0] - solution[$0].reduce(0, +)] }
  }
}

/// The options of Kernel SHAP.
public struct KernelSHAPOptions: PerturbationExplainerOptions, ChosenScoreOptions, FillOptions, SeededOptions
{
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
    fillOption(for: "a player"),
    scoreOption,
    seedOption(for: "coalitions"),
    batchOption,
  ]
}
