public import XAICore

/// The options of conservative propagation.
public struct ConservativePropagationOptions: RelevanceOptions {
  /// Where relevance is read.
  public var at = RelevancePoint.tokens
  /// How much more the larger summand of a residual sum counts; 0 is the derivative.
  public var residualGamma = 0.0
  /// What the class is held against.
  public var contrast = Contrast.none

  public init() {}

  /// Attention and the layer norm's scale count as constants.
  public var rules: PropagationRules {
    .conservative.dampingResiduals(by: residualGamma)
  }

  public static let table: [OptionSpec<Self>] = [
    atOption,
    .residualGamma(\.residualGamma),
    contrastOption,
  ]
}

/// Conservative propagation: gradient × input, with attention and the scale of layer norms as constants.
///
/// score_p = Σ_d z_pd·c_pd, c the gradient of the logit where softmax(Q·Kᵀ/√d) and 1/√(variance + ε) are held.
/// Source: Ali et al. 2022 (arXiv 2202.07304), Eq. 7 and 8.
public struct ConservativePropagation: RelevanceExplainer {
  public static let descriptor = ExplainerDescriptor(
    id: "conservative-propagation", title: "Conservative Propagation",
    summary: "Multiplies tokens with their gradient, attention and the scale of layer norms being constants",
    family: .relevance, needs: [.propagationRules, .activations, .activationGradients], isClassSpecific: true,
    scores: .signed,
    backwardPasses: "1",
    citation: Citation(
      authors: "Ali et al.",
      title: "XAI for Transformers: Better Explanations through Conservative Propagation", venue: "ICML",
      year: 2022, identifier: "arXiv:2202.07304"))

  public let options: ConservativePropagationOptions

  public init(options: ConservativePropagationOptions = ConservativePropagationOptions()) {
    self.options = options
  }
}
