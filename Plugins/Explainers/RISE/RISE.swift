public import XAICore
import XAITensor

/// RISE: random masks, weighted by the score that the class keeps under them.
///
/// S = 1/(N·p)·Σ_i f_c(x ⊙ M_i)·M_i (Eq. 6), on patches the mean over their pixels. Source: Petsiuk, Das & Saenko 2018
/// (arXiv 1806.07421).
public struct RISE: Explainer {
  /// What the explainer is.
  public static let descriptor = ExplainerDescriptor(
    id: "rise", title: "RISE",
    summary: "Adds up random masks, weighted by the class's probability under them", family: .perturbation,
    needs: [], isClassSpecific: true, scores: .magnitude, forwardPasses: "1 + masks", reversePasses: "0",
    citation: Citation(
      authors: "Petsiuk, Das & Saenko",
      title: "RISE: Randomized Input Sampling for Explanation of Black-box Models", venue: "BMVC", year: 2018,
      identifier: "arXiv:1806.07421"))

  /// The options that this value works with.
  public let options: RISEOptions

  /// Makes an explainer.
  public init(options: RISEOptions = RISEOptions()) {
    self.options = options
  }

  /// Probabilities are never negative, and logits may be.
  public var scoreMeaning: ScoreMeaning { options.score == .probability ? .magnitude : .signed }

  /// Needs the logits.
  public func recording(for model: ModelDescriptor) -> Recording { Recording() }

  /// Explains every image under the same masks; all targets of an image share its passes.
  public func explain(
    _ trace: ForwardTrace, targets: Targets, using model: any Model
  ) throws -> [[Attribution]] {
    let masks = RISEMasks(options, over: PatchCells(of: trace))
    var runner = FrameRunner(
      self, model: model, batchSize: options.batch, total: options.masks * targets.imageCount)
    return try targets.classes.enumerated().map { image, classes in
      guard !classes.isEmpty else { return [] }
      let picture = trace.input[image]
      let hidden = options.fill.input(hiding: picture, preprocessing: model.descriptor.preprocessing)
      var sums = classes.map { _ in [Double](repeating: 0, count: trace.layout.grid.count) }
      try runner.run(masks.frames(of: picture, hiddenAs: hidden), of: picture) { mask, logits in
        let means = masks.patchMeans(mask)
        for (target, score) in options.score.values(of: classes, in: logits, meaning: model.descriptor.output)
          .enumerated()
        {
          for patch in means.indices { sums[target][patch] += score * means[patch] }
        }
      }
      let scale = 1 / (Double(options.masks) * options.keep)
      return try classes.indices.map { target in
        try Attribution(
          scores: sums[target].map { Float($0 * scale) }, of: trace, classIndex: classes[target], by: self)
      }
    }
  }
}
