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
    let perRow = cotangent.count / max(rows, 1)
    func sums(_ term: Tensor) -> [Double] {
      Tensor.sums(
        Elementwise.operand(0) * .operand(1), of: [term, cotangent], rows: rows, columns: perRow,
        at: "relevance of a residual sum")
    }
    let factors = zip(sums(x), sums(sum)).map { passing, whole in
      let added = whole - passing
      let total = abs(passing) + abs(added)
      func factor(_ part: Double) -> Float {
        part == 0 || total == 0 ? 0 : Float(abs(part) / total * whole / part)
      }
      return (kept: factor(passing), branch: factor(added))
    }
    kept = Self.scaled(cotangent, by: factors.map(\.kept))
    branch = Self.scaled(cotangent, by: factors.map(\.branch))
  }

  private static func scaled(_ cotangent: Tensor, by factors: [Float]) -> Tensor {
    let perRow = cotangent.count / max(factors.count, 1)
    return .map(
      [Tensor([factors.count], factors), cotangent], to: cotangent.shape,
      Elementwise.operand(0, each: perRow) * .operand(1))
  }
}
