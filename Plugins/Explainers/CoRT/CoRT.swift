public import XAICore
import XAITensor

/// The options of CoRT.
public struct CoRTOptions: ContrastiveOptions {
  /// How the relevance of a layer counts in the sum over layers.
  public enum Scaling: String, OptionValue, CaseIterable {
    /// Divided by all that the layer carries, signs left out, so that every layer has the same say.
    case gross
    /// As it is.
    case none
  }

  /// What the class is held against.
  public var contrast = Contrast.others
  /// How much of what speaks for the others is subtracted: 0 asks for the logit, 1 for the log-odds.
  public var share = 0.75
  /// How the relevance of a layer counts.
  public var scaling = Scaling.gross
  /// Scores are sign(s)·|s|^power; not used where tokens are ranked.
  public var power = 0.75
  /// How much the tokens that information comes from count beside relevance, both as ranks; 0 is relevance alone, not ranked.
  public var transport = 0.0
  /// How much of the blur of bilinear upsampling is taken back: 0 is nothing, 1 all.
  public var sharpness = 0.25
  /// How much more the larger summand of a residual sum counts; 0 is the derivative.
  public var residualGamma = 0.0
  /// Whether the map is the mean of that without and that with `residualGamma`.
  public var halves = false

  public init() {}

  public static let table: [OptionSpec<Self>] = [
    contrastOption,
    OptionSpec(
      "share", \.share,
      "how much of what speaks for the others is subtracted: 0 asks for the logit, 1 for the log-odds",
      allowed: "a number from 0 to 1", where: { (0...1).contains($0) }),
    OptionSpec(
      "scaling", \.scaling,
      "how a layer's relevance counts: over all that the layer carries without signs, or as it is"),
    OptionSpec(
      "power", \.power, "scores are sign(s)·|s|^power; not used where transport is above 0",
      allowed: "a number above 0, at most 1", where: { $0 > 0 && $0 <= 1 }),
    OptionSpec(
      "transport", \.transport,
      "how much the tokens that information comes from count beside relevance, both as ranks; 0 is relevance alone",
      allowed: "a number from 0", where: { $0 >= 0 }),
    OptionSpec(
      "sharpness", \.sharpness, "how much of the blur of bilinear upsampling is taken back",
      allowed: "a number from 0 to 1", where: { (0...1).contains($0) }),
    .residualGamma(\.residualGamma),
    OptionSpec(
      "halves", \.halves,
      "whether the map is the mean of that without and that with residual-gamma, by two backward passes"),
  ]

  /// The form that was studied first, and its variants.
  public static let presets: [Preset<Self>] = [.default, .transport, .deep, .twoPass, .plain]

  /// What was studied first: a sum of ranks of tokens.
  fileprivate mutating func rankTokens() {
    (scaling, transport, sharpness) = (.none, 0.25, 0.5)
  }

  /// The rules of each backward pass: of CP-LRP, with the rule of residual sums.
  var passes: [PropagationRules] {
    let damped = PropagationRules.cpLRP.dampingResiduals(by: residualGamma)
    return halves && residualGamma > 0 ? [.cpLRP, damped] : [damped]
  }
}

extension Preset where Options == CoRTOptions {
  /// Signed relevance, every layer with the same say.
  public static var `default`: Self {
    Preset("default", "signed relevance, every layer with the same say") { _ in }
  }

  /// Ranks of relevance and of the tokens that information comes from.
  public static var transport: Self {
    Preset("transport", "ranks of relevance, and by a quarter of the tokens that information comes from") {
      $0.rankTokens()
    }
  }

  /// `transport` with damped residual sums, for large models and CLIP.
  public static var deep: Self {
    Preset("deep", "transport with residual-gamma 1, for large models and CLIP") {
      $0.rankTokens()
      $0.residualGamma = 1
    }
  }

  /// The mean of `transport` and `deep`.
  public static var twoPass: Self {
    Preset("two-pass", "the mean of transport and deep, by two backward passes") {
      $0.rankTokens()
      $0.residualGamma = 1
      $0.halves = true
    }
  }

  /// The sum of relevance as it is, for coarse grids and small models.
  public static var plain: Self {
    Preset("plain", "the sum of relevance as it is, for coarse grids and small models") {
      $0.scaling = .none
      $0.power = 1
      $0.sharpness = 0
    }
  }
}

/// CoRT: contrastive relevance with transport.
///
/// c is the cotangent of y_A − share·Σ_k w_k·y_k under the rules of CP-LRP, and x_l the tokens before block l. A patch scores
/// s_j = Σ_l Σ_d x_l[j, d]·c_l[j, d] / G_l, where G_l = Σ_jd |x_l[j, d]·c_l[j, d]|; drawn is sign(s)·|s|^¾, sharpened.
/// Made of contrastive relevance (Gu, Yang & Tresp 2018, arXiv 1812.02100), FullGrad+ with Libra's constants
/// (Mehri et al. 2025), generic attention (Chefer, Gur & Wolf 2021, arXiv 2103.15679) and the residual rule of ResLRP (2026).
public struct CoRT: Explainer {
  public static let descriptor = ExplainerDescriptor(
    id: "cort", title: "CoRT",
    summary: "Adds up what the tokens of all layers speak for a class rather than the others",
    family: .relevance, needs: [.propagationRules, .activations, .activationGradients],
    isClassSpecific: true, scores: .signed, backwardPasses: "1; 2 with `halves`",
    citation: Citation(
      authors: "The authors of swift-xai", title: "CoRT: Contrastive Relevance with Transport",
      venue: "docs/explainers/cort.md of swift-xai", year: 2026, identifier: "swift-xai:cort"))

  public let options: CoRTOptions

  public init(options: CoRTOptions = CoRTOptions()) {
    self.options = options
  }

  /// Rules and tokens, and attention where tokens are traced back through it.
  public var needs: Capabilities {
    options.transport > 0
      ? Self.descriptor.needs.union([.attention, .attentionGradients]) : Self.descriptor.needs
  }

  /// Signed; sums of ranks have no zero.
  public var scoreMeaning: ScoreMeaning { options.transport > 0 ? .relative : .signed }

  /// Needs a backward pass down to the first block, and the tokens before each.
  public func recording(for model: ModelDescriptor) -> Recording {
    Recording(activations: LayerRelevance.points(of: 0..<model.layerCount), gradients: true)
  }

  /// The relevance of the tokens before each block.
  public func gradientPoints(for model: ModelDescriptor) -> Set<ActivationPoint> {
    LayerRelevance.points(of: 0..<model.layerCount)
  }

  /// Explains every target in one backward pass, or two.
  public func explain(
    from trace: ForwardTrace, targets: Targets, using model: any Model
  ) throws -> [[Attribution]] {
    let cotangent = try trace.cotangent(of: targets, contrast: options.contrast, share: Float(options.share))
    let passes = try options.passes.map { rules in
      try pass(from: cotangent, through: trace, rules: rules, using: model)
    }
    return try targets.map { image, target, classIndex in
      let row = targets.row(image: image, target: target)
      let maps = passes.map { $0.scores(ofRow: row, options, trace) }
      let mean = maps[0].indices.map { patch in
        maps.reduce(0) { $0 + $1[patch] } / Double(maps.count)
      }
      return try Attribution(
        scores: mean.map { Float($0) }, of: trace, classIndex: classIndex, by: self,
        rounding: passes.map { $0.rounding(ofRow: row, options) }.max() ?? 0)
    }
  }

  /// One backward pass: the relevance of the tokens of each layer, and the attention that it came by.
  private func pass(
    from cotangent: Tensor, through trace: ForwardTrace, rules: PropagationRules, using model: any Model
  ) throws -> RelevanceOfLayers {
    var fused: [Int: Tensor] = [:]
    let relevance = try LayerRelevance(
      of: 0..<model.descriptor.layerCount, from: cotangent, through: trace, rules: rules,
      attention: options.transport > 0 ? .all : .none, using: model
    ) {
      fused[$0.layer] = GradientWeightedAttention.fuse($0, .eachHead)
    }
    return RelevanceOfLayers(
      relevance: relevance,
      attention: options.transport > 0
        ? GradientWeightedAttention(layers: fused, of: trace.layout) : nil)
  }
}
