public import XAICore

/// The options of AttnLRP.
public struct AttnLRPOptions: DenoisedRelevanceOptions {
  /// The rules without γ.
  public static let plainRules = PropagationRules.attnLRP

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

/// AttnLRP: relevance propagation with rules for the softmax and for the products of attention.
///
/// score_p = Σ x·c over the pixels of a patch, c the logit's gradient with 1/√(variance + ε) of layer norms held, GELU
/// as f(x)/x, and the products A·V and Q·Kᵀ by halves.
/// Source: Achtibat et al. 2024 (arXiv 2402.05602), section 3.
public struct AttnLRP: RelevanceExplainer {
  public static let descriptor = ExplainerDescriptor(
    id: "attnlrp", title: "AttnLRP",
    summary: "Propagates relevance through attention, softmax and all, and sums it over patches",
    family: .relevance, needs: [.propagationRules, .inputGradients], isClassSpecific: true, scores: .signed,
    backwardPasses: "1",
    citation: Citation(
      authors: "Achtibat et al.",
      title: "AttnLRP: Attention-Aware Layer-Wise Relevance Propagation for Transformers", venue: "ICML",
      year: 2024, identifier: "arXiv:2402.05602"))

  public let options: AttnLRPOptions

  public init(options: AttnLRPOptions = AttnLRPOptions()) {
    self.options = options
  }
}
