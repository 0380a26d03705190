public import XAICore
import XAITensor

/// RISE: random masks, weighted by the score that the class keeps under them.
///
/// S = 1/(N·p)·Σ_i f_c(x ⊙ M_i)·M_i (Eq. 6), on patches the mean over their pixels. Source: Petsiuk, Das & Saenko 2018
/// (arXiv 1806.07421).
public struct RISE: PerturbationExplainer {
  public static let descriptor = ExplainerDescriptor(
    id: "rise", title: "RISE",
    summary: "Adds up random masks, weighted by the class's probability under them", family: .perturbation,
    needs: [], isClassSpecific: true, scores: .magnitude, forwardPasses: "1 + masks", backwardPasses: "0",
    citation: Citation(
      authors: "Petsiuk, Das & Saenko",
      title: "RISE: Randomized Input Sampling for Explanation of Black-box Models", venue: "BMVC", year: 2018,
      identifier: "arXiv:1806.07421"))

  public let options: RISEOptions

  public init(options: RISEOptions = RISEOptions()) {
    self.options = options
  }

  /// Probabilities are never negative, and logits have no zero.
  ///
  /// A number added to all logits of a softmax changes none of the model's answers, and moves the whole map.
  public var scoreMeaning: ScoreMeaning { options.score == .probability ? .magnitude : .relative }

  /// The image under each mask; all images have the same masks.
  public func perturbation(of image: Int, in trace: ForwardTrace, using model: any Model) -> Perturbation {
    let masks = RISEMasks(options, over: PatchCells(of: trace))
    let original = trace.input[image]
    let hidden = options.fill.input(hiding: original, preprocessing: model.descriptor.preprocessing)
    return Perturbation(masks.frames(of: original, hiddenAs: hidden)) { scores in
      var sums = scores.whole.map { _ in [Double](repeating: 0, count: trace.layout.grid.count) }
      for (mask, values) in scores.values.enumerated() {
        let means = masks.patchMeans(mask)
        for (target, score) in values.enumerated() {
          for patch in means.indices { sums[target][patch] += score * means[patch] }
        }
      }
      let scale = 1 / (Double(options.masks) * options.keep)
      return sums.map { $0.map { Float($0 * scale) } }
    }
  }
}

/// The options of RISE.
public struct RISEOptions: PerturbationExplainerOptions, ChosenScoreOptions, FillOptions, SeededOptions {
  /// How many masks.
  public var masks = 4000
  /// Cells of a mask along each side.
  public var grid = 7
  /// The probability that a cell is kept.
  public var keep = 0.5
  /// What stands in the place of what is hidden.
  public var fill = Fill.zero
  /// Which output stands for a class.
  public var score = OutputScore.probability
  /// The seed of the masks.
  public var seed = 0
  /// Inputs that the model sees at once.
  public var batch = 16

  /// Makes the defaults: the paper's for its faster model.
  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec(
      "masks", \.masks, "how many masks", allowed: "a whole number from 1 to 1000000",
      where: { (1...1_000_000).contains($0) }),
    OptionSpec(
      "grid", \.grid, "cells of a mask along each side", allowed: "a whole number from 1 to 1024",
      where: { (1...1024).contains($0) }),
    OptionSpec(
      "keep", \.keep, "the probability that a cell is kept", allowed: "a number above 0, up to 1",
      where: { $0 > 0 && $0 <= 1 }),
    fillOption(for: "what is hidden"),
    scoreOption,
    seedOption(for: "masks"),
    batchOption,
  ]
}
