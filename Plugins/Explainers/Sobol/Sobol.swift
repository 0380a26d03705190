public import XAICore
import XAITensor

/// Sobol attribution: how much of the variance of the class's score goes back to each cell of random masks, interactions with
/// other cells included.
///
/// S_Tᵢ = Σ_n (f(a_n) − f(c_n⁽ⁱ⁾))² / (2·N·Var f(a)), Jansen's estimator of the total index: a_n are points of a Sobol
/// sequence, one dimension for each cell, and c_n⁽ⁱ⁾ is a_n with cell i of another point. Source: Fel et al. 2021 (arXiv
/// 2111.04138), with the choices of the authors' program.
public struct Sobol: PerturbationExplainer {
  public static let descriptor = ExplainerDescriptor(
    id: "sobol", title: "Sobol Attribution",
    summary: "Shows how much of the probability's variance under random masks goes back to each cell",
    family: .perturbation, needs: [], isClassSpecific: true, scores: .magnitude,
    forwardPasses: "1 + designs·(cells + 1)", backwardPasses: "0",
    citation: Citation(
      authors: "Fel et al.",
      title: "Look at the Variance! Efficient Black-box Explanations with Sobol-based Sensitivity Analysis",
      venue: "NeurIPS", year: 2021, identifier: "arXiv:2111.04138"))

  public let options: SobolOptions

  public init(options: SobolOptions = SobolOptions()) {
    self.options = options
  }

  /// Needs the logits; throws for more cells than the sequence has dimensions for.
  public func recording(for model: ModelDescriptor) throws -> Recording {
    let cells = options.grid.map { $0 * $0 } ?? model.layout.grid.count
    guard 2 * cells <= SobolSequence.dimensions else {
      throw OptionError.outOfRange(
        option: "grid", value: options.grid.optionText,
        allowed:
          "fewer: \(cells) cells are more than the \(SobolSequence.dimensions / 2) that there are masks for")
    }
    return Recording()
  }

  /// The image under the masks of each design.
  public func perturbation(of image: Int, in trace: ForwardTrace, using model: any Model) -> Perturbation {
    let cells = MaskCells(side: options.grid, over: PatchCells(of: trace))
    let designs = ReplicatedDesigns(count: options.designs, cells: cells.count)
    let original = trace.input[image]
    let hidden = options.fill.input(hiding: original, preprocessing: model.descriptor.preprocessing)
    let frames = cells.frames(of: original, hiddenAs: hidden, count: designs.maskCount) { designs.mask($0) }
    return Perturbation(frames) { scores in
      scores.whole.indices.map { cells.patchScores(designs.totalIndices(scores.values(of: $0))) }
    }
  }
}

/// The options of Sobol attribution.
public struct SobolOptions: PerturbationExplainerOptions, ChosenScoreOptions, FillOptions {
  /// Cells of a mask along each side; nil for the model's patches.
  public var grid: Int? = 8
  /// How many points the variance is estimated from.
  public var designs = 32
  /// What stands in the place of what is hidden.
  public var fill = Fill.zero
  /// Which output stands for a class.
  public var score = OutputScore.probability
  /// Inputs that the model sees at once.
  public var batch = 16

  /// Makes the defaults: those of Xplique, by the same authors.
  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec(
      "grid", \.grid, "cells of a mask along each side",
      allowed: "a whole number from 1 to 16, or none for the model's patches",
      where: { $0.map { (1...16).contains($0) } ?? true }),
    OptionSpec(
      "designs", \.designs, "how many points the variance is estimated from",
      allowed: "a power of two from 2 to 4096", where: { (2...4096).contains($0) && $0.nonzeroBitCount == 1 }),
    fillOption(for: "what is hidden"),
    scoreOption,
    batchOption,
  ]
}
