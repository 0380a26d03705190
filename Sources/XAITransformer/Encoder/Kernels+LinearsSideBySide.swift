import XAICore
import XAITensor

/// Linear layers that see the same rows and whose outputs lie side by side, such as those of queries, keys and values, or of
/// the gate and the values of an MLP: one layer for all of them, or one for each.
extension Kernels {
  /// What each layer makes of the rows of x, [..., inputs] to [..., all outputs].
  func apply(_ linears: [Linear], to x: Tensor, activation: Epilogue.Activation? = nil) -> Tensor {
    let width = linears.reduce(0) { $0 + $1.outputs }
    var result = TensorBuffer(TensorShape(x.shape.extents.dropLast() + [width]))
    let rows = MatrixOperand(rowsOf: x)
    var column = 0
    for linear in linears {
      multiply(
        rows, MatrixOperand(forwardOf: linear.weight), into: &result,
        MatrixLayout(rows: rows.layout.rows, columns: linear.outputs, rowStride: width, offset: column),
        Epilogue(bias: linear.bias, activation: activation))
      column += linear.outputs
    }
    return result.freeze()
  }

  /// The cotangent of what the layers saw: Σ cotangent_i·W_i, or what the rule makes of it; [..., all outputs] to [..., inputs].
  ///
  /// - Parameters:
  ///   - input: what the layers saw; made where the rule needs it.
  ///   - output: what they gave, side by side.
  func applyBackward(
    _ linears: [Linear], to cotangent: Tensor, rule: PropagationRules.Linear,
    input: @autoclosure () -> Tensor, output: Tensor
  ) -> TensorBuffer {
    let rows = MatrixOperand(rowsOfGradient: cotangent)
    let seen = rule == .gradient ? nil : input()
    let width = linears[0].inputs
    var result = TensorBuffer(TensorShape(cotangent.shape.extents.dropLast() + [width]))
    var column = 0
    for linear in linears {
      let columns = column..<column + linear.outputs
      if let seen {
        let own = applyBackward(
          linear, to: cotangent.columns(columns), rule: rule, input: seen, output: output.columns(columns))
        if column == 0 { result = own } else { add(own.freeze(), to: &result) }
      } else {
        var operand = rows
        operand.layout.offset = column
        operand.layout.columns = linear.outputs
        multiply(
          operand, MatrixOperand(backwardOf: linear.weight), into: &result,
          MatrixLayout(rows: rows.layout.rows, columns: width), Epilogue(accumulates: column > 0))
      }
      column = columns.upperBound
    }
    return result
  }

  /// The gradients of the layers' parameters from that of what they gave.
  func parameterGradients(of linears: [Linear], x: Tensor, gradient: Tensor) -> [Linear] {
    let maps = parameterGradients(x: x, gradient: gradient)
    var row = 0
    return linears.map { linear in
      let rows = row..<row + linear.outputs
      row = rows.upperBound
      return linear.gradient(weight: maps.weight[rows], bias: maps.bias[rows])
    }
  }
}
