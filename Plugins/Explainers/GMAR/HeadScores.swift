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
    // Of scores that are not finite, or whose sum isn't, there are no shares: NaN says so, and no map is made of it.
    guard sum.isFinite else { return [Float](repeating: .nan, count: scores.count) }
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

/// The norms of one head's gradient, and how much of it is negative.
struct GradientNorms {
  /// Σ|G|.
  let l1: Float
  /// √ΣG².
  let l2: Float
  /// Entries below 0 over all entries.
  let negativeShare: Float

  /// Norms by row and head of [rows, heads, N, N], or of [rows·windows, heads, slots, slots].
  static func ofMatrices(_ gradient: Tensor, rows: Int) -> [[GradientNorms]] {
    read(
      gradient,
      PartNorms(
        rows: rows, groups: gradient.shape[0] / max(rows, 1), parts: gradient.shape[1],
        entries: gradient.shape[2] * gradient.shape[3]))
  }

  /// Norms by row and head of [rows, N, heads·d], over the tokens that count.
  static func ofChannels(_ gradient: Tensor, heads: Int, tokens: Range<Int>) -> [[GradientNorms]] {
    read(
      gradient,
      PartNorms(
        rows: gradient.shape[0], groups: gradient.shape[1], counted: tokens, parts: heads,
        entries: gradient.shape[2] / heads))
  }

  private static func read(_ gradient: Tensor, _ norms: PartNorms) -> [[GradientNorms]] {
    let values = gradient.norms(norms).onHost("head norms").elements
    return (0..<norms.rows).map { row in
      (0..<norms.parts).map { head in
        let start = (row * norms.parts + head) * 3
        return GradientNorms(l1: values[start], l2: values[start + 1], negativeShare: values[start + 2])
      }
    }
  }
}
