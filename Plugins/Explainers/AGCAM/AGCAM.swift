public import XAICore
import XAIFoundation
import XAITensor

/// The options of AGCAM.
public struct AGCAMOptions: ContrastiveOptions {
  /// The first layer that counts, from 0; negative numbers count from the last.
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

/// Attention-guided CAM: positive gradients of the class token's attention, guided by the scores behind it.
///
/// map_p = Σ_l Σ_h ReLU(∂y/∂A_lh[r, p]) · σ(S_lh[r, p]), σ(s) = 1/(1 + e^−s), with the scores S before the softmax, the
/// attention A behind it and the token r that the logits are read from; where several are read, by their weights. Scores say
/// more than attention does: a softmax leaves hardly anything of all but its largest entries.
/// Source: Leem & Seo 2024 (AAAI), Eq. 5 to 8.
public struct AGCAM: Explainer {
  public static let descriptor = ExplainerDescriptor(
    id: "agcam", title: "AGCAM",
    summary:
      "Adds up the positive gradients of attention in all heads, guided by the scores before the softmax",
    family: .gradient, needs: [.attention, .attentionGradients, .activations], isClassSpecific: true,
    scores: .magnitude, backwardPasses: "1",
    citation: Citation(
      authors: "Leem & Seo",
      title: "Attention Guided CAM: Visual Explanations of Vision Transformer Guided by Self-Attention",
      venue: "AAAI", year: 2024, identifier: "arXiv:2402.04563"))

  public let options: AGCAMOptions

  public init(options: AGCAMOptions = AGCAMOptions()) {
    self.options = options
  }

  /// It adds up rows of all layers.
  public var needsIsotropicLayers: String? { "it adds up rows of the attention of all layers" }

  private func layers(of model: ModelDescriptor) throws -> Range<Int> {
    try model.layer(options.start, option: "start")..<model.layerCount
  }

  /// Needs the scores of every layer that counts, and a backward pass down to the lowest.
  public func recording(for model: ModelDescriptor) throws -> Recording {
    Recording(
      activations: Set(try layers(of: model).map { ActivationPoint(layer: $0, place: .scores) }),
      gradients: true)
  }

  /// Explains every target in one backward pass; the gradient of a layer is dropped before that of the next is made.
  public func explain(
    from trace: ForwardTrace, targets: Targets, using model: any Model
  ) throws -> [[Attribution]] {
    let layers = try layers(of: model.descriptor)
    let cotangent = try trace.cotangent(of: targets, contrast: options.contrast)
    let readout = trace.layout.readoutWeights
    var maps = [[Float]](
      repeating: [Float](repeating: 0, count: trace.layout.tokenCount), count: cotangent.shape[0])
    _ = try model.differentiable().backward(
      from: cotangent, through: trace, rules: .gradient,
      requesting: GradientRequest(attention: .some(Set(layers)))
    ) { visited in
      let scores = try trace.activation(at: ActivationPoint(layer: visited.layer, place: .scores))
      for passRow in maps.indices {
        let guide = AttentionRows(scores, image: passRow % trace.batchCount)
        let slope = AttentionRows(visited.gradient, image: passRow)
        for head in 0..<guide.headCount {
          for (token, weight) in readout.enumerated() where weight != 0 {
            guide.withRow(head: head, row: token) { scores in
              slope.withRow(head: head, row: token) { slopes in
                for p in slopes.indices {
                  maps[passRow][p] += weight * max(slopes[p], 0) * Self.sigmoid(scores[p])
                }
              }
            }
          }
        }
      }
    }
    return try targets.map { image, target, classIndex in
      try Attribution(
        scores: Array(maps[targets.row(image: image, target: target)][trace.layout.patches]), of: trace,
        classIndex: classIndex, by: self)
    }
  }

  private static func sigmoid(_ score: Float) -> Float { Float(1 / (1 + exponential(-Double(score)))) }
}
