public import XAICore
import XAITensor

/// The options of Input × Gradient.
public struct InputXGradientOptions: BackwardOptions, PixelMapOptions {
  /// How values of pixels become one score per patch or pixel.
  public var reduce = PatchReduction.sum
  /// What a score belongs to.
  public var at = MapResolution.patches
  /// How the backward pass goes through operations that aren't linear.
  public var backward = BackwardPass.gradient
  /// What the class is held against.
  public var contrast = Contrast.none

  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec("reduce", \.reduce, "how values of pixels become one score per patch or pixel"),
    atOption,
    backwardOption,
    contrastOption,
  ]
}

/// Input × Gradient: each value of the model's input times the gradient there, summed over patches.
///
/// score_p = Σ_{x in patch p} x·∂y/∂x over channels and pixels, x after mean and standard deviation.
/// Source: Shrikumar et al. 2017 (arXiv 1605.01713).
public struct InputXGradient: Explainer {
  public static let descriptor = ExplainerDescriptor(
    id: "input-x-gradient", title: "Input × Gradient",
    summary: "Multiplies the input with its gradient and sums over patches",
    family: .gradient, needs: [.inputGradients], isClassSpecific: true, scores: .signed, backwardPasses: "1",
    citation: Citation(
      authors: "Shrikumar et al.",
      title: "Not Just a Black Box: Learning Important Features Through Propagating Activation Differences",
      venue: "arXiv preprint", year: 2017, identifier: "arXiv:1605.01713"))

  public let options: InputXGradientOptions

  public init(options: InputXGradientOptions = InputXGradientOptions()) {
    self.options = options
  }

  /// That of the sum or of the absolute values.
  public var scoreMeaning: ScoreMeaning { options.reduce.scoreMeaning }

  /// Needs a backward pass down to the input.
  public func recording(for model: ModelDescriptor) -> Recording { Recording(gradients: true) }

  /// Explains every target in one backward pass.
  public func explain(
    from trace: ForwardTrace, targets: Targets, using model: any Model
  ) throws -> [[Attribution]] {
    let gradients = try model.differentiable().backward(
      from: trace.cotangent(of: targets, contrast: options.contrast), through: trace,
      rules: options.backward.rules, requesting: GradientRequest(input: true))
    guard let gradient = gradients.input else { throw ModelError.notRecorded("gradient of the input") }
    return try targets.map { image, target, classIndex in
      let products = trace.input[image].multiplied(with: gradient[targets.row(image: image, target: target)])
      return try Attribution(
        pixels: products, reduction: options.reduce, at: options.at, of: trace, classIndex: classIndex,
        by: self)
    }
  }
}
