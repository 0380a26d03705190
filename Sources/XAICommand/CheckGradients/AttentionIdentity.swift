import XAICore
import XAITensor

/// Σⱼ Aᵢⱼ·Gᵢⱼ = ⟨oᵢ, ∂y/∂oᵢ⟩ for each row i of each head, with G = ∂y/∂A and o = A·V the head's output.
///
/// It follows from G = (∂y/∂o)·Vᵀ, and needs no V, so that it holds for any model that gives these gradients.
enum AttentionIdentity {
  /// The left side, of one image: one sum a head and token.
  static func rowSums(_ visited: AttentionGradient, windows: AttentionWindows?) -> [[Double]] {
    let (heads, slots) = (visited.attention.shape[1], visited.attention.shape[2])
    let (attention, gradient) = (visited.attention.elements, visited.gradient.elements)
    return (0..<heads).map { head in
      (0..<(windows?.grid.count ?? slots)).map { token in
        let (window, slot) = windows?.place(of: token) ?? (0, token)
        let start = ((window * heads + head) * slots + slot) * slots
        return (start..<start + slots).reduce(0) { $0 + Double(attention[$1]) * Double(gradient[$1]) }
      }
    }
  }

  /// Differences of the two sides, relative to the greatest of the layer.
  static func errors(_ sums: [[Double]], output: Tensor, gradient: Tensor) -> [Double] {
    let (tokens, width) = (output.shape[1], output.shape[2])
    let channels = width / max(sums.count, 1)
    let (values, slopes) = (output.elements, gradient.elements)
    var expected: [[Double]] = []
    for head in sums.indices {
      expected.append(
        (0..<tokens).map { row in
          let start = row * width + head * channels
          return (start..<start + channels).reduce(0) { $0 + Double(values[$1]) * Double(slopes[$1]) }
        })
    }
    let greatest = expected.joined().reduce(0) { max($0, abs($1)) }
    return zip(sums.joined(), expected.joined()).map { abs($0 - $1) / max(greatest, .leastNormalMagnitude) }
  }
}
