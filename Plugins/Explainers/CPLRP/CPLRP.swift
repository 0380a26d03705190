public import XAICore

/// The options of CP-LRP.
public struct CPLRPOptions: DenoisedRelevanceOptions {
  /// The rules without γ.
  public static let plainRules = PropagationRules.cpLRP

  /// Where relevance is read.
  public var at = RelevancePoint.patches
  /// How much more products of a sum's own sign count in the linear layers of blocks and head; 0 for all alike.
  public var gamma = 0.0
  /// The same in the patch projection.
  public var patchGamma = 0.0
  /// How much more the larger summand of a residual sum counts; 0 is the derivative.
  public var residualGamma = 0.0
  /// What the class is held against.
  public var contrast = Contrast.none

  public init() {}
}

/// CP-LRP: relevance propagation with attention as a constant.
///
/// score_p = Σ x·c over the pixels of a patch, c the logit's gradient with attention and 1/√(variance + ε) of layer norms
/// held, and GELU as f(x)/x.
/// Sources: Ali et al. 2022 (arXiv 2202.07304); Achtibat et al. 2024 (arXiv 2402.05602), who compare with it by this name.
public struct CPLRP: RelevanceExplainer {
  public static let descriptor = ExplainerDescriptor(
    id: "cp-lrp", title: "CP-LRP",
    summary: "Propagates relevance with attention as a constant, and sums it over patches",
    family: .relevance, needs: [.propagationRules, .inputGradients], isClassSpecific: true, scores: .signed,
    backwardPasses: "1",
    citation: Citation(
      authors: "Ali et al.",
      title: "XAI for Transformers: Better Explanations through Conservative Propagation", venue: "ICML",
      year: 2022, identifier: "arXiv:2202.07304"))

  public let options: CPLRPOptions

  public init(options: CPLRPOptions = CPLRPOptions()) {
    self.options = options
  }
}
