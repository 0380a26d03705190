public import XAITensor

/// Where relevance is read.
public enum RelevancePoint: String, OptionValue, CaseIterable {
  /// At the pixels, summed over the channels and pixels of a patch; position embeddings and the projection's bias keep
  /// their share.
  case patches
  /// At the pixels, summed over the channels: one score a pixel.
  case pixels
  /// At the tokens before the first block, position embedding and all, summed over a patch's token.
  case tokens

  /// What reading there needs of a model, beside rules.
  public var needs: Capabilities {
    switch self {
    case .patches, .pixels: [.inputGradients]
    case .tokens: [.activations, .activationGradients]
    }
  }
}

/// Options of an explainer whose map is the relevance that a backward pass leaves at the input.
public protocol RelevanceOptions: ContrastiveOptions {
  /// Where relevance is read.
  var at: RelevancePoint { get set }
  /// How the pass goes through each kind of operation.
  var rules: PropagationRules { get }
}

extension RelevanceOptions {
  /// The option's row of the table.
  public static var atOption: OptionSpec<Self> {
    OptionSpec(
      "at", \.at,
      "where relevance is read: the pixels of a patch, each pixel, or the patch's token before the first block"
    )
  }
}

/// An explainer whose map is the relevance that a backward pass leaves at the input: score_p = Σ x ⊙ c over a patch, or over
/// the channels of a pixel.
///
/// The pass begins with the class's logit, so that the relevance of all that it meets, biases among them, adds up to that
/// logit where the rules conserve it. Descriptors need what the default of `at` does.
public protocol RelevanceExplainer: Explainer where Options: RelevanceOptions {}

extension RelevanceExplainer {
  /// Rules, and what the point needs.
  public var needs: Capabilities { options.at.needs.union(.propagationRules) }

  /// Needs a backward pass down to the input, and the tokens there where they are read.
  public func recording(for model: ModelDescriptor) throws -> Recording {
    Recording(activations: options.at == .tokens ? [.firstTokens] : [], gradients: true)
  }

  /// The relevance of the tokens, where they are read.
  public func gradientPoints(for model: ModelDescriptor) -> Set<ActivationPoint> {
    options.at == .tokens ? [.firstTokens] : []
  }

  /// Explains every target in one backward pass.
  public func explain(
    from trace: ForwardTrace, targets: Targets, using model: any Model
  ) throws -> [[Attribution]] {
    let isOfPixels = options.at != .tokens
    let passed = try model.differentiable().backward(
      from: trace.cotangent(of: targets, contrast: options.contrast), through: trace, rules: options.rules,
      requesting: GradientRequest(activations: isOfPixels ? [] : [.firstTokens], input: isOfPixels))
    let cotangent = isOfPixels ? passed.input : passed.activations[.firstTokens]
    guard let cotangent else { throw ModelError.notRecorded("relevance of the \(options.at.rawValue)") }
    let values = isOfPixels ? trace.input : try trace.activation(at: .firstTokens)
    return try targets.map { image, target, classIndex in
      let relevance = values[image].multiplied(with: cotangent[targets.row(image: image, target: target)])
      guard isOfPixels else {
        let tokens = relevance[trace.layout.patches]
        let most = tokens.rowSums(of: .absolute(.operand(0)), at: "relevance of tokens").max() ?? 0
        return try Attribution(
          scores: tokens.rowSums(of: .operand(0), at: "relevance of tokens"), of: trace,
          classIndex: classIndex, by: self, rounding: Double(most) * 0x1p-20)
      }
      return try Attribution(
        pixels: relevance, at: options.at == .pixels ? .pixels : .patches, of: trace, classIndex: classIndex,
        by: self)
    }
  }
}

extension ActivationPoint {
  /// The tokens before the first block.
  fileprivate static let firstTokens = ActivationPoint(layer: 0, place: .input)
}

extension Tensor {
  /// The sum of each row of a matrix, its elements as they are or changed, summed in double precision.
  fileprivate func rowSums(of element: Elementwise, at point: String) -> [Float] {
    Tensor.sums(element, of: [self], rows: shape[0], columns: shape[1], at: point).map { Float($0) }
  }
}

extension AttentionGradient {
  /// Attention × cotangent, [k·B, heads, N, N]: its relevance, where the pass had rules that propagate it.
  public var relevance: Tensor {
    .map([attention, gradient], to: gradient.shape, Elementwise.operand(0) * .operand(1))
  }
}

extension ForwardTrace {
  /// A cotangent of the logits whose relevance is what another cotangent is: c_k/y_k, 0 where y_k is, [k·B, classes].
  ///
  /// Relevance then begins as 1 at the class that is asked about, whatever its logit is, and at −1 where it is held
  /// against another.
  public func unitRelevance(_ cotangent: Tensor) -> Tensor {
    let logit = Elementwise.operand(1)
    return .map(
      [cotangent, logits], to: cotangent.shape,
      .where(isZero: logit, then: 0, otherwise: Elementwise.operand(0) / logit))
  }
}

/// Options of relevance with the γ rule of linear maps against noise: AttnLRP's and CP-LRP's.
public protocol DenoisedRelevanceOptions: RelevanceOptions {
  /// The rules without γ.
  static var plainRules: PropagationRules { get }
  /// How much more products of a sum's own sign count in the linear maps of blocks and head; 0 for all alike.
  var gamma: Double { get set }
  /// The same in the patch projection.
  var patchGamma: Double { get set }
  /// How much more the larger summand of a residual sum counts; 0 is the derivative.
  var residualGamma: Double { get set }
}

extension DenoisedRelevanceOptions {
  /// The plain rules, with γ where it is above 0.
  public var rules: PropagationRules {
    var rules = Self.plainRules
    if gamma > 0 { rules.linear = .gamma(Float(gamma)) }
    if patchGamma > 0 { rules.patchProjection = .gamma(Float(patchGamma)) }
    return rules.dampingResiduals(by: residualGamma)
  }

  public static var table: [OptionSpec<Self>] {
    [
      atOption,
      OptionSpec(
        "gamma", \.gamma,
        "how much more products of a sum's own sign count in linear layers; 0 is the plain rule",
        allowed: "a number from 0", where: { $0 >= 0 }),
      OptionSpec(
        "patch-gamma", \.patchGamma, "the same in the patch projection", allowed: "a number from 0",
        where: { $0 >= 0 }),
      .residualGamma(\.residualGamma),
      contrastOption,
    ]
  }

  /// Against the noise of vision transformers; the values are among those that the authors' example tries.
  public static var presets: [Preset<Self>] {
    [
      .default, .vit,
    ]
  }
}

extension Preset where Options: DenoisedRelevanceOptions {
  /// The plain rules.
  public static var `default`: Self {
    Preset("default", "the plain rules") { _ in }
  }

  /// Gamma 0.05, in the patch projection 0.25, against noise.
  public static var vit: Self {
    Preset("vit", "gamma 0.05, in the patch projection 0.25, against noise") {
      $0.gamma = 0.05
      $0.patchGamma = 0.25
    }
  }
}

extension OptionSpec {
  /// The row of ResLRP's rule of residual sums.
  package static func residualGamma(
    _ path: any WritableKeyPath<Options, Double> & Sendable
  ) -> Self {
    OptionSpec(
      "residual-gamma", path,
      "how much more the larger summand of a residual sum counts; 0 is the derivative",
      allowed: "a number from 0", where: { $0 >= 0 })
  }
}

extension PropagationRules {
  /// These rules with ResLRP's of residual sums, where γ is above 0.
  package func dampingResiduals(by gamma: Double) -> Self {
    guard gamma > 0 else { return self }
    var rules = self
    rules.residual = .gamma(Float(gamma))
    return rules
  }
}
