package import XAICore
package import XAITensor

extension Kernels {
  /// The cotangent of a linear layer's input by a rule; [..., outputs] to [..., inputs].
  ///
  /// - Parameters:
  ///   - cotangent: of the layer's output; rows of the forward pass are repeated for it.
  ///   - input: what the layer saw, [..., inputs]; made where the rule needs it.
  ///   - output: what it gave, with its bias, [..., outputs]; made where the rule needs it.
  package func applyBackward(
    _ linear: Linear, to cotangent: Tensor, rule: PropagationRules.Linear, input: @autoclosure () -> Tensor,
    output: @autoclosure () -> Tensor
  ) -> TensorBuffer {
    switch rule {
    case .gradient: return applyBackward(linear, to: cotangent)
    case .epsilon(let epsilon):
      return applyBackward(linear, to: LinearShares.epsilon(epsilon, cotangent, outputs: output()))
    case .gamma(let gamma):
      let (x, sizes) = (input(), linear.weight.magnitudes)
      let shares = LinearShares.gamma(
        gamma, cotangent, outputs: output(), magnitudes: magnitudes(sizes, x, bias: linear.bias?.magnitudes))
      return applyBackward(
        linear, to: shares.signed, times: 1 + gamma / 2, sizes, to: shares.unsigned, times: gamma / 2,
        input: x)
    case .positive:
      let (x, sizes) = (input(), linear.weight.magnitudes)
      let shares = LinearShares.positive(
        cotangent, outputs: output(), bias: linear.bias, magnitudes: magnitudes(sizes, x, bias: nil))
      return applyBackward(linear, to: shares, times: 1, sizes, to: shares, times: 1, input: x)
    }
  }

  /// T = |x|·|W|ᵀ, and |b| where it counts, from |W| and |b|.
  private func magnitudes(_ sizes: Tensor, _ x: Tensor, bias: Tensor?) -> Tensor {
    let rows = MatrixOperand(rowsOf: x.magnitudes)
    let outputs = sizes.shape[0]
    var result = TensorBuffer(TensorShape(x.shape.extents.dropLast() + [outputs]))
    multiply(
      rows, MatrixOperand(rowsOf: sizes).transposed, into: &result,
      MatrixLayout(rows: rows.layout.rows, columns: outputs), Epilogue(bias: bias))
    return result.freeze()
  }

  /// f·Wᵀ·s + g·sign(x) ⊙ |W|ᵀ·t, of rows, from W and |W|.
  private func applyBackward(
    _ linear: Linear, to signed: Tensor, times f: Float, _ sizes: Tensor, to unsigned: Tensor, times g: Float,
    input x: Tensor
  ) -> TensorBuffer {
    var result = TensorBuffer(TensorShape(signed.shape.extents.dropLast() + [linear.inputs]))
    let rows = MatrixOperand(rowsOf: signed)
    let layout = MatrixLayout(rows: rows.layout.rows, columns: linear.inputs)
    multiply(
      MatrixOperand(rowsOf: unsigned), MatrixOperand(rowsOf: sizes), into: &result, layout,
      Epilogue(scale: g))
    let (share, ownX) = (Elementwise.operand(0), Elementwise.operand(1))
    let forPositive = Elementwise.where(isZero: ownX, then: 0, otherwise: share)
    let withSign = Elementwise.where(
      ownX, isLessThan: 0, then: share * .constant(-1), otherwise: forPositive)
    let sized = result.freeze()
    result = TensorBuffer(reusing: .map([sized, x], to: sized.shape, withSign))
    multiply(
      rows, MatrixOperand(rowsOf: linear.weight), into: &result, layout, Epilogue(scale: f, accumulates: true)
    )
    return result
  }
}

/// What is multiplied with the weights in place of the cotangent c of a linear layer's outputs z.
private enum LinearShares {
  /// c·z/(z + ε·sign z), and 0 where z is.
  static func epsilon(_ epsilon: Float, _ cotangent: Tensor, outputs: Tensor) -> Tensor {
    let (c, size) = (Elementwise.operand(0), Elementwise.absolute(.operand(1)))
    return .map(
      [cotangent, outputs], to: cotangent.shape,
      .where(0, isLessThan: size, then: c * (size / (size + .constant(epsilon))), otherwise: 0))
  }

  /// s = c·z/(z + γ·(z ± T)/2) with the sign of z; `unsigned` is s with that sign.
  static func gamma(
    _ gamma: Float, _ cotangent: Tensor, outputs: Tensor, magnitudes: Tensor
  ) -> (signed: Tensor, unsigned: Tensor) {
    let (c, size, t) = (Elementwise.operand(0), Elementwise.absolute(.operand(1)), Elementwise.operand(2))
    let sum = size + Elementwise.constant(gamma / 2) * (size + t)
    let signed = Tensor.map(
      [cotangent, outputs, magnitudes], to: cotangent.shape,
      .where(0, isLessThan: sum, then: c * (size / sum), otherwise: 0))
    let (share, z) = (Elementwise.operand(0), Elementwise.operand(1))
    let unsigned = Tensor.map(
      [signed, outputs], to: cotangent.shape,
      .where(z, isLessThan: 0, then: share * .constant(-1), otherwise: share))
    return (signed, unsigned)
  }

  /// c·z/(z − b + T): the denominator is twice the sum of positive products.
  ///
  /// What rounding leaves of none counts as none.
  static func positive(_ cotangent: Tensor, outputs: Tensor, bias: Tensor?, magnitudes: Tensor) -> Tensor {
    let bias = bias ?? Tensor(repeating: 0, [cotangent.shape.extents.last ?? 1])
    let (c, z, t, b) = (
      Elementwise.operand(0), Elementwise.operand(1), Elementwise.operand(2), Elementwise.operand(3)
    )
    let sum = z - b + t
    return .map(
      [cotangent, outputs, magnitudes, bias], to: cotangent.shape,
      .where(1e-6 * t, isLessThan: sum, then: c * z / sum, otherwise: 0))
  }
}

extension Tensor {
  /// Absolute values.
  var magnitudes: Tensor { .map([self], to: shape, .absolute(.operand(0))) }

  /// Columns of each row, copied: [..., columns] to [..., range].
  func columns(_ range: Range<Int>) -> Tensor {
    let columns = shape.extents.last ?? 1
    guard range != 0..<columns else { return self }
    // Pieces of the largest size that divides a row and both ends of the range.
    let piece = [columns, range.lowerBound, range.upperBound].reduce(0, greatestCommonDivisor)
    let pieces = range.lowerBound / piece..<range.upperBound / piece
    return gathering(
      (0..<count / columns).flatMap { row in pieces.map { row * (columns / piece) + $0 } },
      columns: piece, shape: TensorShape(shape.extents.dropLast() + [range.count]))
  }
}

private func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int { b == 0 ? a : greatestCommonDivisor(b, a % b) }

/// Operations y = f(x) through which relevance passes unchanged: c_x = c_y·y/x, and nothing where x is 0.
enum IdentityRules {
  /// Multiplies a cotangent with y/x, element by element, and adds a residual; y and x are repeated for it.
  static func apply(_ cotangent: Tensor, input: Tensor, output: Tensor, residual: Tensor? = nil) -> Tensor {
    let (c, x, y) = (Elementwise.operand(0), Elementwise.operand(1), Elementwise.operand(2))
    let passed = Elementwise.where(isZero: x, then: 0, otherwise: c * (y / x))
    guard let residual else { return .map([cotangent, input, output], to: cotangent.shape, passed) }
    return .map([cotangent, input, output, residual], to: cotangent.shape, passed + .operand(3))
  }
}

/// How the cotangent of a residual sum is shared by its summands, each [k·B, N, D].
struct ResidualShares {
  /// That of what passes by the branch.
  let kept: Tensor
  /// That of what the branch adds.
  let branch: Tensor

  /// Shares a cotangent c of x + branch = sum by a rule.
  ///
  /// γ: c·w_a·z/(w_a·a + w_b·b) channel by channel, where w is 1 + γ for a summand of the sign of z, and 1 otherwise.
  /// Balanced: with S_x = Σ x ⊙ c and S_b = Σ (sum − x) ⊙ c over all tokens of a row of the pass, summand a gets
  /// c·|S_a|/(|S_x| + |S_b|)·(S_x + S_b)/S_a. Nothing comes of a sum that is 0.
  init(_ cotangent: Tensor, of x: Tensor, in sum: Tensor, rule: PropagationRules.Residual) {
    switch rule {
    case .gradient: self.init(kept: cotangent, branch: cotangent)
    case .gamma(let gamma): self.init(cotangent, of: x, in: sum, gamma: gamma)
    case .balanced: self.init(balancing: cotangent, of: x, in: sum)
    }
  }

  private init(kept: Tensor, branch: Tensor) {
    self.kept = kept
    self.branch = branch
  }

  private init(_ cotangent: Tensor, of x: Tensor, in sum: Tensor, gamma: Float) {
    let (c, a, z) = (Elementwise.operand(0), Elementwise.operand(1), Elementwise.operand(2))
    let b = z - a
    func weight(of summand: Elementwise) -> Elementwise {
      .where(0, isLessThan: summand * z, then: .constant(1 + gamma), otherwise: 1)
    }
    let total = weight(of: a) * a + weight(of: b) * b
    func share(of summand: Elementwise) -> Tensor {
      .map(
        [cotangent, x, sum], to: cotangent.shape,
        .where(isZero: total, then: 0, otherwise: c * (weight(of: summand) * (z / total))))
    }
    (kept, branch) = (share(of: a), share(of: b))
  }

  private init(balancing cotangent: Tensor, of x: Tensor, in sum: Tensor) {
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
