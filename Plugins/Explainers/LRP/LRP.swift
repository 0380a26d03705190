public import XAICore

/// The options of layer-wise relevance propagation.
public struct LRPOptions: RelevanceOptions {
  /// The rule of linear layers.
  public enum Rule: String, OptionValue, CaseIterable {
    /// In proportion to products, over their sum and ε.
    case epsilon
    /// The same, products of the sum's own sign counting 1 + γ times.
    case gamma
    /// In proportion to positive products alone: α = 1, β = 0.
    case alphaBeta = "alpha-beta"
  }

  /// What layer norms and the softmax do.
  public enum Norms: String, OptionValue, CaseIterable {
    /// Attention and the scale of layer norms count as constants.
    case constant
    /// They pass relevance unchanged.
    case unchanged
  }

  /// The rule of linear layers.
  public var rule = Rule.epsilon
  /// What `epsilon` adds to the size of each sum.
  public var epsilon = 0.01
  /// How much more `gamma` counts products of the sum's own sign.
  public var gamma = 0.25
  /// What layer norms and the softmax do.
  public var norms = Norms.constant
  /// Where relevance is read.
  public var at = RelevancePoint.patches
  /// What the class is held against.
  public var contrast = Contrast.none

  public init() {}

  /// Those of relevance propagation before there were rules for attention.
  public var rules: PropagationRules {
    let linear: PropagationRules.Linear =
      switch rule {
      case .epsilon: .epsilon(Float(epsilon))
      case .gamma: .gamma(Float(gamma))
      case .alphaBeta: .positive
      }
    return norms == .constant ? .lrp(linear) : .unchanged(linear)
  }

  public static let table: [OptionSpec<Self>] = [
    OptionSpec("rule", \.rule, "how linear layers share relevance among their inputs"),
    OptionSpec(
      "epsilon", \.epsilon, "what rule=epsilon adds to the size of each sum", allowed: "a number above 0",
      where: { $0 > 0 }),
    OptionSpec(
      "gamma", \.gamma, "how much more rule=gamma counts products of the sum's own sign",
      allowed: "a number above 0", where: { $0 > 0 }),
    OptionSpec(
      "norms", \.norms, "what layer norms and softmax do: count as constants, or pass relevance unchanged"),
    atOption,
    contrastOption,
  ]

  /// Other published choices.
  public static let presets: [Preset<Self>] = [
    .default, .chefer,
  ]
}

extension Preset where Options == LRPOptions {
  /// The rule of ε.
  public static var `default`: Self {
    Preset("default", "the rule of ε") { _ in }
  }

  /// The baseline LRP of transformer attribution: positive products, norms and softmax unchanged.
  public static var chefer: Self {
    Preset(
      "chefer", "the baseline LRP of transformer attribution: positive products, norms and softmax unchanged"
    ) {
      $0.rule = .alphaBeta
      $0.norms = .unchanged
    }
  }
}

/// Layer-wise relevance propagation, as it goes through a vision transformer without rules made for attention.
///
/// r_i = Σ_o W_oi·x_i/(z_o + ε·sign z_o)·r_o in linear layers, GELU passes relevance unchanged, summands have it in their proportion.
/// Attention and the scale of layer norms are constants, or pass it unchanged, too.
/// Sources: Bach et al. 2015, Eq. 58 and 60; `norms=unchanged` as in the baseline of Chefer et al. 2021 (arXiv 2012.09838).
public struct LRP: RelevanceExplainer {
  public static let descriptor = ExplainerDescriptor(
    id: "lrp", title: "LRP",
    summary:
      "Propagates relevance down to the pixels in proportion to what each input adds, and sums over patches",
    family: .relevance, needs: [.propagationRules, .inputGradients], isClassSpecific: true, scores: .signed,
    backwardPasses: "1",
    citation: Citation(
      authors: "Bach et al.",
      title:
        "On Pixel-Wise Explanations for Non-Linear Classifier Decisions by Layer-Wise Relevance Propagation",
      venue: "PLOS ONE", year: 2015, identifier: "doi:10.1371/journal.pone.0130140"))

  public let options: LRPOptions

  public init(options: LRPOptions = LRPOptions()) {
    self.options = options
  }
}
