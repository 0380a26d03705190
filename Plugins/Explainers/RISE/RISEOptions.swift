public import XAICore

/// The options of RISE.
public struct RISEOptions: PerturbationExplainerOptions {
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
    OptionSpec("fill", \.fill, "what stands in the place of what is hidden"),
    OptionSpec("score", \.score, "which output stands for a class"),
    OptionSpec("seed", \.seed, "another seed gives other masks"),
    batchOption,
  ]
}
