public import XAICore
import XAITensor

/// The options of partial LRP.
public struct PartialLRPOptions: ContrastiveOptions {
  /// The layer whose attention is read.
  public var layer = -1
  /// What the class is held against.
  public var contrast = Contrast.none

  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec(
      "layer", \.layer, "the layer whose attention is read; negative numbers count from the last",
      allowed: "a layer"),
    contrastOption,
  ]
}

/// Partial LRP: the relevance of one layer's attention, read where the classifier reads.
///
/// map = vᵀ·(mean_h ReLU(R_A)) on the patch columns, R_A the relevance of the last layer's attention, propagated by positive
/// products.
/// Sources: Voita et al. 2019 (arXiv 1905.09418); as a map of a vision transformer, Chefer et al. 2021 (arXiv 2012.09838).
public struct PartialLRP: Explainer {
  public static let descriptor = ExplainerDescriptor(
    id: "partial-lrp", title: "Partial LRP",
    summary: "Propagates relevance to the last layer's attention and reads it at the class token",
    family: .relevance, needs: [.attention, .attentionGradients, .propagationRules], isClassSpecific: true,
    scores: .magnitude,
    backwardPasses: "1, down to the attention of the layer",
    citation: Citation(
      authors: "Voita et al.",
      title:
        "Analyzing Multi-Head Self-Attention: Specialized Heads Do the Heavy Lifting, the Rest Can Be Pruned",
      venue: "ACL", year: 2019, identifier: "arXiv:1905.09418"))

  public let options: PartialLRPOptions

  public init(options: PartialLRPOptions = PartialLRPOptions()) {
    self.options = options
  }

  /// Needs a backward pass down to the layer.
  public func recording(for model: ModelDescriptor) throws -> Recording {
    _ = try model.layer(options.layer, option: "layer")
    return Recording(gradients: true)
  }

  /// Explains every target in one backward pass.
  public func explain(
    from trace: ForwardTrace, targets: Targets, using model: any Model
  ) throws -> [[Attribution]] {
    let layer = try model.descriptor.layer(options.layer, option: "layer")
    let cotangent = try trace.cotangent(of: targets, contrast: options.contrast)
    var relevance: Tensor?
    _ = try model.differentiable().backward(
      from: trace.unitRelevance(cotangent), through: trace, rules: .unchanged(.positive),
      requesting: GradientRequest(attention: .some([layer]))
    ) { relevance = $0.relevance }
    guard let relevance else { throw ModelError.notRecorded("relevance of attention of layer \(layer)") }
    return try targets.map { image, target, classIndex in
      let row = Self.read(
        relevance[targets.row(image: image, target: target)], trace.layout.readoutWeights(ofLayer: layer))
      return try Attribution(
        scores: Array(row[trace.layout.patches]), of: trace, classIndex: classIndex, by: self)
    }
  }

  /// Σ_i v_i·mean_h ReLU(R)_hij of [heads, N, N], for each key j.
  private static func read(_ relevance: Tensor, _ weights: [Float]) -> [Float] {
    let (heads, tokens) = (relevance.shape[0], relevance.shape[1])
    let places = weights.indices.filter { weights[$0] != 0 }
    let rows = relevance.gathering(
      (0..<heads).flatMap { head in places.map { head * tokens + $0 } }, columns: tokens,
      shape: [heads * places.count, tokens]
    ).onHost("readout rows of the relevance").elements
    var row = [Float](repeating: 0, count: tokens)
    for line in 0..<heads * places.count {
      let weight = weights[places[line % places.count]]
      for j in 0..<tokens { row[j] += weight / Float(heads) * max(rows[line * tokens + j], 0) }
    }
    return row
  }
}
