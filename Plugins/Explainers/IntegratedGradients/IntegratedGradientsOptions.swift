public import XAICore

/// The options of Integrated Gradients.
public struct IntegratedGradientsOptions: ContrastiveOptions {
  /// Points of the path at which the gradient is taken.
  public var steps = 20
  /// What the path begins with.
  public var baseline = Fill.zero
  /// How the integral becomes a sum.
  public var rule = QuadratureRule.gaussLegendre
  /// How values of pixels become one score per patch.
  public var reduce = PatchReduction.sum
  /// What the class is held against.
  public var contrast = Contrast.none

  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec(
      "steps", \.steps, "points of the path at which the gradient is taken",
      allowed: "a whole number from 2 to 1000", where: { (2...1000).contains($0) }),
    OptionSpec("baseline", \.baseline, "what the path begins with"),
    OptionSpec("rule", \.rule, "how the integral becomes a sum"),
    OptionSpec("reduce", \.reduce, "how values of pixels become one score a patch"),
    contrastOption,
  ]
}
