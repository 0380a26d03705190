import XAITensor

extension Kernels {
  /// x·weightᵀ + bias on the rows of x, with what the epilogue adds; [..., inputs] to [..., outputs].
  func apply(
    _ linear: Linear, to x: Tensor, activation: Epilogue.Activation? = nil, residual: Tensor? = nil
  ) -> Tensor {
    let shape = Shape(x.shape.extents.dropLast() + [linear.outputs])
    var result = TensorBuffer(shape)
    let rows = MatrixOperand(rowsOf: x)
    multiply(
      rows, MatrixOperand(rowsOf: linear.weight).transposed, into: &result,
      MatrixLayout(rows: rows.layout.rows, columns: linear.outputs),
      Epilogue(
        bias: linear.bias, activation: activation, residual: residual.map { MatrixOperand(rowsOf: $0) }))
    return result.freeze()
  }

  /// The gradient of a linear map's input: gradient·weight; [..., outputs] to [..., inputs].
  func applyBackward(_ linear: Linear, to gradient: Tensor) -> TensorBuffer {
    var result = TensorBuffer(Shape(gradient.shape.extents.dropLast() + [linear.inputs]))
    let rows = MatrixOperand(rowsOf: gradient)
    multiply(
      rows, MatrixOperand(rowsOf: linear.weight), into: &result,
      MatrixLayout(rows: rows.layout.rows, columns: linear.inputs), .plain)
    return result
  }

  /// The gradients of a linear map's parameters: gradientᵀ·x and the sums of the gradient's columns.
  ///
  /// - Parameters:
  ///   - columns: the columns of `gradient` that belong to this map; nil for all.
  func parameterGradients(
    of linear: Linear, x: Tensor, gradient: Tensor, columns: Range<Int>? = nil
  ) -> (weight: Tensor, bias: Tensor) {
    var operand = MatrixOperand(rowsOf: gradient)
    if let columns {
      operand.layout.offset = columns.lowerBound
      operand.layout.columns = columns.count
    }
    var weight = TensorBuffer([linear.outputs, linear.inputs])
    multiply(
      operand.transposed, MatrixOperand(rowsOf: x), into: &weight,
      MatrixLayout(rows: linear.outputs, columns: linear.inputs), .plain)
    let sums = columnSums(gradient)
    return (weight.freeze(), columns.map { sums[$0] } ?? sums)
  }
}
