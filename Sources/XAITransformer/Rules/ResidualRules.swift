import XAICore
import XAITensor

/// How the cotangent of a residual sum is shared by its summands, each [k·B, N, D].
struct ResidualShares {
  /// That of what passes by the branch.
  let kept: Tensor
  /// That of what the branch adds.
  let branch: Tensor

  /// Shares a cotangent c of x + branch = sum by a rule.
  ///
  /// Balanced: with S_x = Σ x ⊙ c and S_b = Σ (sum − x) ⊙ c over all tokens of a row of the pass, summand a gets
  /// c·|S_a|/(|S_x| + |S_b|)·(S_x + S_b)/S_a. Nothing comes of a sum that is 0.
  init(_ cotangent: Tensor, of x: Tensor, in sum: Tensor, rule: PropagationRules.Residual) {
    guard rule == .balanced else {
      (kept, branch) = (cotangent, cotangent)
      return
    }
    let rows = cotangent.shape[0]
    let (images, perRow) = (x.shape[0], cotangent.count / max(rows, 1))
    var factors: [(kept: Float, branch: Float)] = []
    cotangent.withElements { c in
      x.withElements { x in
        sum.withElements { sum in
          for row in 0..<rows {
            let (start, own) = (row * perRow, row % images * perRow)
            var (passing, whole) = (0.0, 0.0)
            for i in 0..<perRow {
              passing += Double(x[own + i] * c[start + i])
              whole += Double(sum[own + i] * c[start + i])
            }
            let added = whole - passing
            let total = abs(passing) + abs(added)
            func factor(_ part: Double) -> Float {
              part == 0 || total == 0 ? 0 : Float(abs(part) / total * whole / part)
            }
            factors.append((factor(passing), factor(added)))
          }
        }
      }
    }
    kept = Self.scaled(cotangent, by: factors.map(\.kept))
    branch = Self.scaled(cotangent, by: factors.map(\.branch))
  }

  private static func scaled(_ cotangent: Tensor, by factors: [Float]) -> Tensor {
    Tensor(cotangent.shape) { result in
      cotangent.withElements { c in
        let perRow = c.count / max(factors.count, 1)
        for (row, factor) in factors.enumerated() {
          for i in row * perRow..<(row + 1) * perRow { result[i] = factor * c[i] }
        }
      }
    }
  }
}
