public import XAITensor

/// Attention maps of every layer weighted by their own gradient, one [N, N] matrix a layer and row of the reverse pass.
public struct GradientWeightedAttention: Sendable {
  /// Where negative products become 0.
  public enum Clamp: Sendable {
    /// After the mean over heads: ReLU(mean_h(G ⊙ A)).
    case afterMean
    /// In each head: mean_h ReLU(G ⊙ A).
    case eachHead
    /// In the gradient alone, whose mean over heads meets that of attention: mean_h A ⊙ mean_h ReLU(G).
    case meansApart
  }

  /// Matrices by layer, each [k·B, N, N], target-major.
  public let layers: [Int: Tensor]

  /// Holds matrices that were fused one by one.
  public init(layers: [Int: Tensor]) { self.layers = layers }

  /// Runs one reverse pass and fuses the heads of each layer as its gradient is made.
  ///
  /// - Parameter cotangent: what the pass begins with, [k·B, classes].
  public init(
    _ trace: ForwardTrace, cotangent: Tensor, layers: Range<Int>, clamp: Clamp, using model: any Model
  ) throws {
    var fused: [Int: Tensor] = [:]
    _ = try model.backward(
      from: cotangent, through: trace, rules: .gradient,
      requesting: GradientRequest(attention: .some(Set(layers)))
    ) { visited in
      fused[visited.layer] = Self.fuse(visited, clamp)
    }
    self.layers = fused
  }

  /// Fuses the heads of a layer to one matrix a row of the pass, [k·B, N, N]; attention may have as many rows, or those
  /// of the images, which are then repeated.
  public static func fuse(_ visited: AttentionGradient, _ clamp: Clamp) -> Tensor {
    let (rows, heads, tokens) = (
      visited.gradient.shape[0], visited.gradient.shape[1], visited.gradient.shape[2]
    )
    let (images, entries) = (visited.attention.shape[0], tokens * tokens)
    return Tensor([rows, tokens, tokens]) { result in
      result.update(repeating: 0, count: rows * entries)
      visited.attention.withElements { attention in
        visited.gradient.withElements { gradient in
          for row in 0..<rows {
            let sum = result + row * entries
            for head in 0..<heads {
              let a = attention.baseAddress.map { $0 + (row % images * heads + head) * entries }
              let g = gradient.baseAddress.map { $0 + (row * heads + head) * entries }
              guard let a, let g else { continue }
              switch clamp {
              case .afterMean: for i in 0..<entries { sum[i] += a[i] * g[i] }
              case .eachHead: for i in 0..<entries { sum[i] += max(a[i] * g[i], 0) }
              case .meansApart: for i in 0..<entries { sum[i] += max(g[i], 0) }
              }
            }
            for i in 0..<entries { sum[i] = max(sum[i] / Float(heads), 0) }
            guard clamp == .meansApart, let first = attention.baseAddress else { continue }
            let own = first + row % images * heads * entries
            for i in 0..<entries {
              var mean: Float = 0
              for head in 0..<heads { mean += own[head * entries + i] }
              sum[i] *= mean / Float(heads)
            }
          }
        }
      }
    }
  }

  /// Writes row `row` of a layer's matrix.
  public func write(
    layer: Int, passRow: Int, row: Int, to entries: UnsafeMutableBufferPointer<Float>
  ) {
    guard let matrices = layers[layer] else { return entries.update(repeating: 0) }
    let tokens = matrices.shape[1]
    matrices.withElements { elements in
      let start = (passRow * tokens + row) * tokens
      for c in 0..<tokens { entries[c] = elements[start + c] }
    }
  }
}
