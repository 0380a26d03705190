import XAICore
import XAITensor

/// The scores of heads by layer, for every row of a backward pass, and the weights that they give.
struct HeadScores {
  /// `scores[layer][row][head]`; one entry where only one layer is scored.
  private(set) var scores: [[[Float]]]
  /// `negativeShares[layer][row][head]`: the share of negative entries of the head's gradient.
  private(set) var negativeShares: [[[Float]]]

  /// Scores the heads in one backward pass, by the second equation of the paper.
  init(_ trace: ForwardTrace, targets: Targets, options: GMAROptions, using model: any Model) throws {
    let cotangent = try trace.cotangent(of: targets, contrast: options.contrast)
    // By layer: of each layer, or of the last alone.
    var byLayer: [Int: [[GradientNorms]]] = [:]
    switch options.gradient {
    case .attention:
      _ = try model.differentiable().backward(
        from: cotangent, through: trace, rules: .gradient, requesting: GradientRequest(attention: .all)
      ) { visited in
        byLayer[visited.layer] = GradientNorms.ofMatrices(visited.gradient, rows: cotangent.shape[0])
      }
    case .headOutput, .lastBlockNorm:
      let points = options.gradientPoints(for: model.descriptor)
      let gradients = try model.differentiable().backward(
        from: cotangent, through: trace, requesting: GradientRequest(activations: points))
      for point in points {
        byLayer[point.layer] = gradients.activations[point].map {
          GradientNorms.ofChannels(
            $0, heads: model.descriptor.layers[point.layer].attention?.headCount ?? 0,
            tokens: options.gradient == .headOutput
              ? 0..<$0.shape[1] : trace.layout.patches(ofLayer: point.layer))
        }
      }
    }
    let norms = byLayer.sorted { $0.key < $1.key }.map(\.value)
    self.scores = norms.map { $0.map { $0.map { options.norm == .l1 ? $0.l1 : $0.l2 } } }
    self.negativeShares = norms.map { $0.map { $0.map(\.negativeShare) } }
  }

  /// The weights of a row of the backward pass by layer and head; they sum to 1 in each layer.
  ///
  /// Scores of a single layer serve all. Heads whose scores are all zero weigh the same.
  func weights(row: Int, scope: GMAROptions.Scope, layerCount: Int) -> [[Float]] {
    let rows = scores.map { $0[row] }
    let last = rows[rows.count - 1]
    switch scope {
    case .perLayer where rows.count == layerCount:
      return rows.map(Self.normalised)
    case .global:
      let sums = rows.dropFirst().reduce(rows[0]) { zip($0, $1).map { $0 + $1 } }
      return Array(repeating: Self.normalised(sums), count: layerCount)
    case .perLayer, .lastLayer:
      return Array(repeating: Self.normalised(last), count: layerCount)
    }
  }

  private static func normalised(_ scores: [Float]) -> [Float] {
    let sum = scores.reduce(0, +)
    guard sum > 0 else { return [Float](repeating: 1 / Float(scores.count), count: scores.count) }
    return scores.map { $0 / sum }
  }
}

extension GMAROptions {
  /// The points whose gradients score the heads; none where the attention's own does.
  func gradientPoints(for model: ModelDescriptor) -> Set<ActivationPoint> {
    switch gradient {
    case .attention: []
    case .headOutput: Set(model.layers.indices.map { ActivationPoint(layer: $0, place: .headOutputs) })
    case .lastBlockNorm: [ActivationPoint(layer: model.layerCount - 1, place: .firstNorm)]
    }
  }
}
