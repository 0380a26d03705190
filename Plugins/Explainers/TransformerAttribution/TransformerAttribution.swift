public import XAICore
import XAITensor

/// The options of transformer attribution.
public struct TransformerAttributionOptions: ContrastiveOptions {
  /// The first layer that counts, from 0.
  public var start = 0
  /// What the class is held against.
  public var contrast = Contrast.none

  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec(
      "start", \.start, "the first layer that counts, from 0; negative numbers count from the last",
      allowed: "a layer"),
    contrastOption,
  ]
}

/// Transformer attribution: the relevance of each layer's attention times its gradient, rolled out.
///
/// Ā = I + mean_h ReLU(∇A ⊙ R_A), C = Ā_L⋯Ā_1; the map is C's readout row. R_A is propagated from 1 at the class by positive
/// products, with residual sums balanced.
/// Source: Chefer, Gur & Wolf 2021 (arXiv 2012.09838), section 3.
public struct TransformerAttribution: Explainer {
  public static let descriptor = ExplainerDescriptor(
    id: "transformer-attribution", title: "Transformer Attribution",
    summary: "Rolls out the relevance of attention times its positive gradient", family: .relevance,
    needs: [.attention, .attentionGradients, .propagationRules], isClassSpecific: true, scores: .magnitude,
    backwardPasses: "2",
    citation: Citation(
      authors: "Chefer, Gur & Wolf",
      title: "Transformer Interpretability Beyond Attention Visualization", venue: "CVPR", year: 2021,
      identifier: "arXiv:2012.09838"))

  public let options: TransformerAttributionOptions

  public init(options: TransformerAttributionOptions = TransformerAttributionOptions()) {
    self.options = options
  }

  /// Needs backward passes down to `start`.
  public func recording(for model: ModelDescriptor) throws -> Recording {
    _ = try model.layer(options.start, option: "start")
    return Recording(gradients: true)
  }

  /// Explains every target in two backward passes, one of gradients and one of relevance.
  public func explain(
    from trace: ForwardTrace, targets: Targets, using model: any Model
  ) throws -> [[Attribution]] {
    let layers = try model.descriptor.layer(options.start, option: "start")..<model.descriptor.layerCount
    let request = GradientRequest(attention: .some(Set(layers)))
    var gradients: [Int: Tensor] = [:]
    _ = try model.differentiable().backward(
      from: trace.cotangent(of: targets, contrast: options.contrast), through: trace, rules: .gradient,
      requesting: request
    ) { gradients[$0.layer] = $0.gradient }
    // What is balanced by sums can't begin with a difference, which may sum to 0: a contrast is the gradient's alone.
    let relevance = try trace.unitRelevance(targets.cotangent(classCount: model.descriptor.classCount))
    var fused: [Int: Tensor] = [:]
    _ = try model.differentiable().backward(
      from: relevance, through: trace, rules: .transformerAttribution,
      requesting: request
    ) { visited in
      guard let gradient = gradients.removeValue(forKey: visited.layer) else { return }
      fused[visited.layer] = GradientWeightedAttention.fuse(
        AttentionGradient(layer: visited.layer, attention: visited.relevance, gradient: gradient), .eachHead)
    }
    let attention = GradientWeightedAttention(layers: fused, of: trace.layout)
    return try targets.map { image, target, classIndex in
      let passRow = targets.row(image: image, target: target)
      return try Attribution(
        scores: attention.rollOut(layers, passRow: passRow, of: trace.layout), of: trace,
        classIndex: classIndex,
        by: self)
    }
  }
}
