import XAICore
import XAITensor

extension Kernels {
  /// The cotangent of a linear map's input by a rule; [..., outputs] to [..., inputs].
  ///
  /// - Parameters:
  ///   - cotangent: of the map's output; rows of the forward pass are repeated for it.
  ///   - input: what the map saw, [..., inputs]; made where the rule needs it.
  ///   - output: what it gave, with its bias, [..., outputs]; made where the rule needs it.
  func applyBackward(
    _ linear: Linear, to cotangent: Tensor, rule: PropagationRules.Linear, input: @autoclosure () -> Tensor,
    output: @autoclosure () -> Tensor
  ) -> TensorBuffer {
    switch rule {
    case .gradient: return applyBackward(linear, to: cotangent)
    case .epsilon(let epsilon):
      return applyBackward(linear, to: LinearShares.epsilon(epsilon, cotangent, outputs: output()))
    case .gamma(let gamma):
      let x = input()
      let shares = LinearShares.gamma(
        gamma, cotangent, outputs: output(), magnitudes: magnitudes(linear, x, addingBias: true))
      return applyBackward(
        linear, to: shares.signed, times: 1 + gamma / 2, magnitudes: shares.unsigned, times: gamma / 2,
        input: x)
    case .positive:
      let x = input()
      let shares = LinearShares.positive(
        cotangent, outputs: output(), bias: linear.bias, magnitudes: magnitudes(linear, x, addingBias: false))
      return applyBackward(linear, to: shares, times: 1, magnitudes: shares, times: 1, input: x)
    }
  }

  /// T = |x|·|W|ᵀ, and |b| where it counts.
  private func magnitudes(_ linear: Linear, _ x: Tensor, addingBias: Bool) -> Tensor {
    let rows = MatrixOperand(rowsOf: x.magnitudes)
    var result = TensorBuffer(Shape(x.shape.extents.dropLast() + [linear.outputs]))
    multiply(
      rows, MatrixOperand(rowsOf: linear.weight.magnitudes).transposed, into: &result,
      MatrixLayout(rows: rows.layout.rows, columns: linear.outputs),
      Epilogue(bias: addingBias ? linear.bias?.magnitudes : nil))
    return result.freeze()
  }

  /// f·Wᵀ·s + g·sign(x) ⊙ |W|ᵀ·t, of rows.
  private func applyBackward(
    _ linear: Linear, to signed: Tensor, times f: Float, magnitudes unsigned: Tensor, times g: Float,
    input x: Tensor
  ) -> TensorBuffer {
    var result = TensorBuffer(Shape(signed.shape.extents.dropLast() + [linear.inputs]))
    let rows = MatrixOperand(rowsOf: signed)
    let layout = MatrixLayout(rows: rows.layout.rows, columns: linear.inputs)
    multiply(
      MatrixOperand(rowsOf: unsigned), MatrixOperand(rowsOf: linear.weight.magnitudes), into: &result, layout,
      Epilogue(scale: g))
    result.withElements { result in
      x.withElements { x in
        forEachRepetition(of: x.count, in: result.count) { start in
          for i in x.indices {
            let sign: Float = x[i] > 0 ? 1 : (x[i] < 0 ? -1 : 0)
            result[start + i] *= sign
          }
        }
      }
    }
    multiply(
      rows, MatrixOperand(rowsOf: linear.weight), into: &result, layout, Epilogue(scale: f, accumulates: true)
    )
    return result
  }
}

/// What is multiplied with the weights in place of the cotangent c of a linear map's outputs z.
private enum LinearShares {
  /// c·z/(z + ε·sign z), and 0 where z is.
  static func epsilon(_ epsilon: Float, _ cotangent: Tensor, outputs: Tensor) -> Tensor {
    Tensor(cotangent.shape) { shares in
      cotangent.withElements { c in
        outputs.withElements { z in
          forEachRepetition(of: z.count, in: c.count) { start in
            for i in z.indices {
              let size = abs(z[i])
              shares[start + i] = size > 0 ? c[start + i] * (size / (size + epsilon)) : 0
            }
          }
        }
      }
    }
  }

  /// s = c·z/(z + γ·(z ± T)/2) with the sign of z; `unsigned` is s with that sign.
  static func gamma(
    _ gamma: Float, _ cotangent: Tensor, outputs: Tensor, magnitudes: Tensor
  ) -> (signed: Tensor, unsigned: Tensor) {
    var unsigned = TensorBuffer(cotangent.shape)
    let signed = Tensor(cotangent.shape) { shares in
      unsigned.withElements { unsigned in
        cotangent.withElements { c in
          outputs.withElements { z in
            magnitudes.withElements { t in
              forEachRepetition(of: z.count, in: c.count) { start in
                for i in z.indices {
                  let size = abs(z[i])
                  let sum = size + gamma / 2 * (size + t[i])
                  let share = sum > 0 ? c[start + i] * (size / sum) : 0
                  shares[start + i] = share
                  unsigned[start + i] = z[i] < 0 ? -share : share
                }
              }
            }
          }
        }
      }
    }
    return (signed, unsigned.freeze())
  }

  /// c·z/(z − b + T): the denominator is twice the sum of positive products.
  ///
  /// What rounding leaves of none counts as none.
  static func positive(_ cotangent: Tensor, outputs: Tensor, bias: Tensor?, magnitudes: Tensor) -> Tensor {
    let columns = cotangent.shape.extents.last ?? 1
    let bias = bias ?? Tensor(repeating: 0, [columns])
    return Tensor(cotangent.shape) { shares in
      cotangent.withElements { c in
        outputs.withElements { z in
          magnitudes.withElements { t in
            bias.withElements { b in
              forEachRepetition(of: z.count, in: c.count) { start in
                for row in stride(from: 0, to: z.count, by: columns) {
                  for column in 0..<columns {
                    let i = row + column
                    let sum = z[i] - b[column] + t[i]
                    shares[start + i] = sum > 1e-6 * t[i] ? c[start + i] * z[i] / sum : 0
                  }
                }
              }
            }
          }
        }
      }
    }
  }
}

extension Tensor {
  /// Absolute values.
  var magnitudes: Tensor {
    Tensor(shape) { result in
      withElements { own in
        for i in own.indices { result[i] = abs(own[i]) }
      }
    }
  }

  /// Columns of each row, copied: [..., columns] to [..., range].
  func columns(_ range: Range<Int>) -> Tensor {
    let columns = shape.extents.last ?? 1
    guard range != 0..<columns else { return self }
    return Tensor(Shape(shape.extents.dropLast() + [range.count])) { result in
      withElements { own in
        for row in 0..<count / columns {
          for column in 0..<range.count {
            result[row * range.count + column] = own[row * columns + range.lowerBound + column]
          }
        }
      }
    }
  }
}

/// Calls `body` with where each repetition of a forward pass's elements begins among those of a cotangent.
@inline(__always) func forEachRepetition(of count: Int, in all: Int, _ body: (Int) -> Void) {
  for start in stride(from: 0, to: all, by: max(count, 1)) { body(start) }
}
