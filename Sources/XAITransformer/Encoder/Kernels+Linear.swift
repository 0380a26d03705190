package import XAITensor

extension Kernels {
  /// x·weightᵀ + bias on the rows of x, with what the epilogue adds; [..., inputs] to [..., outputs].
  package func apply(
    _ linear: Linear, to x: Tensor, activation: Epilogue.Activation? = nil, residual: Tensor? = nil
  ) -> Tensor {
    let shape = TensorShape(x.shape.extents.dropLast() + [linear.outputs])
    var result = TensorBuffer(shape)
    let rows = MatrixOperand(rowsOf: x)
    multiply(
      rows, MatrixOperand(forwardOf: linear.weight), into: &result,
      MatrixLayout(rows: rows.layout.rows, columns: linear.outputs),
      Epilogue(
        bias: linear.bias, activation: activation, residual: residual.map { MatrixOperand(rowsOf: $0) }))
    return result.freeze()
  }

  /// The gradient of a linear layer's input: gradient·weight; [..., outputs] to [..., inputs].
  package func applyBackward(_ linear: Linear, to gradient: Tensor) -> TensorBuffer {
    var result = TensorBuffer(TensorShape(gradient.shape.extents.dropLast() + [linear.inputs]))
    let rows = MatrixOperand(rowsOfGradient: gradient)
    multiply(
      rows, MatrixOperand(backwardOf: linear.weight), into: &result,
      MatrixLayout(rows: rows.layout.rows, columns: linear.inputs), .plain)
    return result
  }

  /// The gradients of a linear layer's parameters: gradientᵀ·x, [outputs, inputs], and the sums of the gradient's columns.
  package func parameterGradients(x: Tensor, gradient: Tensor) -> (weight: Tensor, bias: Tensor) {
    let (outputs, inputs) = (MatrixOperand(rowsOf: gradient), MatrixOperand(rowsOf: x))
    let layout = MatrixLayout(rows: outputs.layout.columns, columns: inputs.layout.columns)
    var weight = TensorBuffer([layout.rows, layout.columns])
    multiply(outputs.transposed, inputs, into: &weight, layout, .plain)
    return (weight.freeze(), columnSums(gradient))
  }
}
