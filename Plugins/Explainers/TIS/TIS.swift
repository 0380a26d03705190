public import XAICore
import XAITensor

/// Transformer Input Sampling: the mean probability of the class under the masks that show a patch, masks being what clusters of
/// channels are strong at.
///
/// score_p = Σ_k f_c(x, M_k)·M_k(p) / Σ_k M_k(p): M_k are the patches at which the k-th centre of a k-means of the channels of all
/// layers is largest, and the others become no tokens. Source: Englebert et al. 2023 (ICCV Workshops), with the choices of the
/// authors' program.
public struct TIS: PerturbationExplainer {
  public static let descriptor = ExplainerDescriptor(
    id: "tis", title: "Transformer Input Sampling",
    summary:
      "Leaves out the patches that clusters of channels are weak at, and averages what is left of the class",
    family: .perturbation, needs: [.activations, .patchRemoval], isClassSpecific: true, scores: .magnitude,
    forwardPasses: "1, and masks with half of the patches", backwardPasses: "0",
    citation: Citation(
      authors: "Englebert et al.", title: "Explaining through Transformer Input Sampling",
      venue: "ICCV Workshops", year: 2023, identifier: "10.1109/ICCVW60793.2023.00088"))

  public let options: TISOptions

  public init(options: TISOptions = TISOptions()) {
    self.options = options
  }

  /// Probabilities are never negative, and logits have no zero.
  public var scoreMeaning: ScoreMeaning { options.score == .probability ? .magnitude : .relative }

  /// Channels are maps of the same patches.
  public var needsIsotropicLayers: String? {
    "it clusters channels of all layers as maps of the same patches"
  }

  /// What each block makes of its tokens; an attention pooling leaves patches as they are.
  private func points(of model: ModelDescriptor) -> [ActivationPoint] {
    model.layers.indices.filter { $0 != model.layout.poolingLayer }
      .map { ActivationPoint(layer: $0, place: .output) }
  }

  /// Needs the outputs of all layers.
  public func recording(for model: ModelDescriptor) -> Recording {
    Recording(activations: Set(points(of: model)))
  }

  /// The patches of each mask.
  public func perturbation(
    of image: Int, in trace: ForwardTrace, using model: any Model
  ) throws -> Perturbation {
    let (grid, cells) = (trace.layout.grid, PatchCells(of: trace))
    let channels = try points(of: model.descriptor).flatMap { point in
      try ChannelMaps(
        trace.activation(at: point)[image], patches: trace.layout.patches(ofLayer: point.layer), cells: cells
      ).values
    }
    let count = max(1, Int(options.keep * Double(grid.count)))
    var means = KMeans(channels, width: grid.count, clusters: options.masks, seed: options.seed)
    for _ in 0..<options.iterations {
      // It takes as long as many passes, and may be stopped.
      try PassProgress.tell(
        PassCount(explainer: specification, done: 0, total: trace.batchCount * means.clusters))
      if !means.improve() { break }
    }
    let masks = (0..<means.clusters).map { means.largest(count, of: $0) }
    return Perturbation(FramePlan(masks.map { Frame(.patches($0)) })) { scores in
      scores.whole.indices.map { target in
        mean(of: scores.values(of: target), under: masks, patches: grid.count)
      }
    }
  }

  /// The mean score under the masks that show each patch; 0 for a patch that none shows.
  private func mean(of scores: [Double], under masks: [[Int]], patches: Int) -> [Float] {
    var (sums, counts) = ([Double](repeating: 0, count: patches), [Double](repeating: 0, count: patches))
    for (mask, score) in zip(masks, scores) {
      for patch in mask {
        sums[patch] += score
        counts[patch] += 1
      }
    }
    return zip(sums, counts).map { Float($1 > 0 ? $0 / $1 : 0) }
  }
}

/// The options of Transformer Input Sampling.
public struct TISOptions: PerturbationExplainerOptions, ChosenScoreOptions, SeededOptions {
  /// How many clusters of channels, each of which makes a mask: no more than there are channels.
  public var masks = 1024
  /// The share of the patches that a mask shows.
  public var keep = 0.5
  /// Steps of k-means at most.
  public var iterations = 100
  /// Which output stands for a class.
  public var score = OutputScore.probability
  /// The seed of the channels that clusters begin with.
  public var seed = 0
  /// Inputs that the model sees at once.
  public var batch = 16

  /// Makes the defaults: those of the authors' program.
  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec(
      "masks", \.masks, "how many clusters of channels, each of which makes a mask",
      allowed: "a whole number from 1 to 100000", where: { (1...100_000).contains($0) }),
    OptionSpec(
      "keep", \.keep, "the share of the patches that a mask shows", allowed: "a number above 0, up to 1",
      where: { $0 > 0 && $0 <= 1 }),
    OptionSpec(
      "iterations", \.iterations, "steps of k-means at most", allowed: "a whole number from 0 to 10000",
      where: { (0...10_000).contains($0) }),
    scoreOption,
    seedOption(for: "clusters"),
    batchOption,
  ]
}
