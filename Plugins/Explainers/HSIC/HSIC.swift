public import XAICore
import XAITensor

/// HSIC attribution: how much the class's probability depends on whether each cell is shown.
///
/// HSICᵢ = tr(KᵢHLH)/(p − 1)², with Kᵢ the kernel of the bits of cell i in p masks, L that of the probabilities under them, and H the
/// centring matrix. Source: Novello, Fel & Vigouroux 2022 (arXiv 2206.06219), with the choices of the authors' program.
public struct HSIC: PerturbationExplainer {
  public static let descriptor = ExplainerDescriptor(
    id: "hsic", title: "HSIC Attribution",
    summary: "Shows how much the class's probability under random masks depends on each cell",
    family: .perturbation, needs: [], isClassSpecific: true, scores: .magnitude, forwardPasses: "1 + masks",
    backwardPasses: "0",
    citation: Citation(
      authors: "Novello, Fel & Vigouroux",
      title: "Making Sense of Dependence: Efficient Black-box Explanations Using Dependence Measure",
      venue: "NeurIPS", year: 2022, identifier: "arXiv:2206.06219"))

  public let options: HSICOptions

  public init(options: HSICOptions = HSICOptions()) {
    self.options = options
  }

  /// The image under each mask; all images have the same masks.
  public func perturbation(of image: Int, in trace: ForwardTrace, using model: any Model) -> Perturbation {
    let cells = MaskCells(side: options.grid, over: PatchCells(of: trace))
    let masks = BalancedMasks(count: options.masks, cells: cells.count, seed: options.seed)
    let original = trace.input[image]
    let hidden = options.fill.input(hiding: original, preprocessing: model.descriptor.preprocessing)
    let frames = cells.frames(of: original, hiddenAs: hidden, count: options.masks) { masks.values($0) }
    return Perturbation(frames) { scores in
      scores.whole.indices.map { cells.patchScores(masks.dependence(of: scores.values(of: $0))) }
    }
  }
}

/// The options of HSIC attribution.
public struct HSICOptions: PerturbationExplainerOptions, FillOptions, SeededOptions {
  /// How many masks.
  public var masks = 1500
  /// Cells of a mask along each side; nil for the model's patches.
  public var grid: Int? = 8
  /// What stands in the place of what is hidden.
  public var fill = Fill.zero
  /// The seed of the masks.
  public var seed = 0
  /// Inputs that the model sees at once.
  public var batch = 16

  /// The probability: the width of its kernel is its own median, and logits have no zero to measure it from.
  public var score: OutputScore { .probability }

  /// Makes the defaults: the paper's.
  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec(
      "masks", \.masks, "how many masks", allowed: "a whole number from 2 to 20000",
      where: { (2...20_000).contains($0) }),
    OptionSpec(
      "grid", \.grid, "cells of a mask along each side",
      allowed: "a whole number from 1 to 64, or none for the model's patches",
      where: { $0.map { (1...64).contains($0) } ?? true }),
    fillOption(for: "what is hidden"),
    seedOption(for: "masks"),
    batchOption,
  ]
}
