import XAICore
import XAITensor

/// How much each head matters to the class: mean |A_hᵀ·G_h| over all entries, scaled to sum 1 over a layer's heads.
struct HeadImportance {
  /// `layers[layer][row of the backward pass][head]`.
  private let layers: [[[Float]]]

  init(_ trace: ForwardTrace, cotangent: Tensor, layers: Range<Int>, using model: any Model) throws {
    var importance: [Int: [[Float]]] = [:]
    _ = try model.differentiable().backward(
      from: cotangent, through: trace, rules: .gradient,
      requesting: GradientRequest(attention: .some(Set(layers)))
    ) { visited in
      let (rows, heads, images) = (
        visited.gradient.shape[0], visited.gradient.shape[1], visited.attention.shape[0]
      )
      let attention = visited.attention.onHost("attention")
      let gradient = visited.gradient.onHost("gradient of attention")
      importance[visited.layer] = (0..<rows).map { row in
        Self.normalised(
          (0..<heads).map { Self.absoluteSum(attention[row % images][$0], gradient[row][$0]) })
      }
    }
    self.layers = layers.map { importance[$0] ?? [] }
  }

  /// The weights of a row of the backward pass by layer and head.
  func weights(_ passRow: Int) -> [[Float]] { layers.map { $0[passRow] } }

  /// Heads that all matter nothing weigh the same.
  private static func normalised(_ values: [Double]) -> [Float] {
    let sum = values.reduce(0, +)
    return values.map { sum > 0 ? Float($0 / sum) : 1 / Float(values.count) }
  }

  /// Σ |Aᵀ·G| of one head: the product is made a few rows at a time and never stored.
  private static func absoluteSum(_ attention: Tensor, _ gradient: Tensor) -> Double {
    let count = attention.shape[0]
    return attention.withElements { a in
      gradient.withElements { g in
        withUnsafeTemporaryAllocation(of: Float.self, capacity: 4 * count) { rows in
          var sum = 0.0
          for first in stride(from: 0, to: count, by: 4) {
            let kept = min(4, count - first)
            rows.update(repeating: 0)
            let (r0, r1, r2, r3) = (0, count, 2 * count, 3 * count)
            for query in 0..<count {
              let keys = query * count + first
              let a0 = a[keys]
              let (a1, a2, a3) = (
                kept > 1 ? a[keys + 1] : 0, kept > 2 ? a[keys + 2] : 0, kept > 3 ? a[keys + 3] : 0
              )
              let slopes = query * count
              for c in 0..<count {
                let slope = g[slopes + c]
                rows[r0 + c] += a0 * slope
                rows[r1 + c] += a1 * slope
                rows[r2 + c] += a2 * slope
                rows[r3 + c] += a3 * slope
              }
            }
            for index in 0..<kept * count { sum += Double(abs(rows[index])) }
          }
          return sum
        }
      }
    }
  }
}
