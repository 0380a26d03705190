import XAI

/// The options of Grad-SAM.
public struct GradSAMOptions: ContrastiveOptions {
  /// What the class is held against.
  public var contrast = Contrast.none

  public init() {}

  public static let table: [OptionSpec<Self>] = [contrastOption]
}

/// Grad-SAM: attention times its positive gradient, for each token that attends.
///
/// map_i = 1/(L·H·N) · Σ_l Σ_h Σ_j A_lh[i, j] · ReLU(∂y/∂A_lh[i, j]), A being attention behind the softmax.
/// Source: Barkan et al. 2021 (arXiv 2204.11073), section 3.
public struct GradSAM: Explainer {
  public static let descriptor = ExplainerDescriptor(
    id: "grad-sam", title: "Grad-SAM",
    summary: "Multiplies attention by its positive gradient, for each token that attends",
    family: .gradient, needs: [.attention, .attentionGradients], isClassSpecific: true, scores: .magnitude,
    backwardPasses: "1",
    citation: Citation(
      authors: "Barkan et al.", title: "Grad-SAM: Explaining Transformers via Gradient Self-Attention Maps",
      venue: "CIKM", year: 2021, identifier: "arXiv:2204.11073"))

  public let options: GradSAMOptions

  public init(options: GradSAMOptions = GradSAMOptions()) {
    self.options = options
  }

  /// It adds up rows of all layers.
  public var needsIsotropicLayers: String? { "it adds up rows of the attention of all layers" }

  /// Needs a backward pass down to the first layer.
  public func recording(for model: ModelDescriptor) -> Recording { Recording(gradients: true) }

  /// Explains every target in one backward pass; the gradient of a layer is dropped before that of the next is made.
  public func explain(
    from trace: ForwardTrace, targets: Targets, using model: any Model
  ) throws -> [[Attribution]] {
    let cotangent = try trace.cotangent(of: targets, contrast: options.contrast)
    let tokens = trace.layout.tokenCount
    var maps = [[Float]](repeating: [Float](repeating: 0, count: tokens), count: cotangent.shape[0])
    _ = try model.differentiable().backward(
      from: cotangent, through: trace, rules: .gradient, requesting: GradientRequest(attention: .all)
    ) { visited in
      for passRow in maps.indices {
        let attention = AttentionRows(visited.attention, image: passRow % trace.batchCount)
        let slope = AttentionRows(visited.gradient, image: passRow)
        let share = 1 / Float(model.descriptor.layerCount * attention.headCount * tokens)
        for head in 0..<attention.headCount {
          for token in 0..<tokens {
            attention.withRow(head: head, row: token) { weights in
              slope.withRow(head: head, row: token) { slopes in
                for key in slopes.indices {
                  maps[passRow][token] += share * weights[key] * max(slopes[key], 0)
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
}
