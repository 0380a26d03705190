#if XAI_ONEDNN
// Measured on an AVX-512 processor, 2 threads, ViT-B: the vector kernels' softmax is 1.7 × and their GELU gradient
// 2.8 × as fast as oneDNN 2.6's, the others are equal; their softmax keeps NaN, and their GELU is closer to the error
// function. oneDNN 2.x has no gradient of a layer norm's input alone.

extension OneDNNKernels {
  /// Layer norm of each row, with its statistics, by the vector kernels.
  public func layerNorm(
    _ x: Tensor, weight: Tensor, bias: Tensor, epsilon: Float
  ) -> (Tensor, RowStatistics) {
    portable.layerNorm(x, weight: weight, bias: bias, epsilon: epsilon)
  }

  /// Softmax of each row, in place, by the vector kernels.
  public func softmax(rowsOf buffer: inout TensorBuffer) { portable.softmax(rowsOf: &buffer) }

  /// Gradient of a softmax, in place, by the vector kernels.
  public func softmaxBackward(output: Tensor, gradient: inout TensorBuffer) {
    portable.softmaxBackward(output: output, gradient: &gradient)
  }

  /// GELU of each element, by the vector kernels.
  public func gelu(_ x: Tensor) -> Tensor { portable.gelu(x) }

  /// Gradient of GELU, in place, by the vector kernels.
  public func geluBackward(_ x: Tensor, gradient: inout TensorBuffer) {
    portable.geluBackward(x, gradient: &gradient)
  }

  /// GELU's ratio to its argument, in place, by the vector kernels.
  public func geluRatio(_ x: Tensor, gradient: inout TensorBuffer) {
    portable.geluRatio(x, gradient: &gradient)
  }

  /// GELU and its gradient in one pass, by the vector kernels.
  public func geluWithBackward(_ x: Tensor, gradient: inout TensorBuffer) -> Tensor {
    portable.geluWithBackward(x, gradient: &gradient)
  }

  /// Gradient of a layer norm with respect to its input, by the vector kernels.
  public func layerNormBackward(
    _ gradient: Tensor, x: Tensor, statistics: RowStatistics, weight: Tensor, epsilon: Float,
    constantVariance: Bool, residual: Tensor?
  ) -> Tensor {
    portable.layerNormBackward(
      gradient, x: x, statistics: statistics, weight: weight, epsilon: epsilon,
      constantVariance: constantVariance, residual: residual)
  }

  /// Gradients of a layer norm's weight and bias, by the vector kernels.
  public func layerNormParameterGradients(
    _ gradient: Tensor, x: Tensor, statistics: RowStatistics, epsilon: Float
  ) -> (weight: Tensor, bias: Tensor) {
    portable.layerNormParameterGradients(gradient, x: x, statistics: statistics, epsilon: epsilon)
  }

  /// Sums of columns, by the vector kernels.
  public func columnSums(_ x: Tensor) -> Tensor { portable.columnSums(x) }

  /// Sums of elements, by the vector kernels.
  public func add(_ x: Tensor, to sum: inout TensorBuffer) { portable.add(x, to: &sum) }

  /// Columns times factors, by the vector kernels.
  public func scaleColumns(of x: Tensor, by factors: Tensor, adding residual: Tensor?) -> Tensor {
    portable.scaleColumns(of: x, by: factors, adding: residual)
  }

  /// SwiGLU of each row, by the vector kernels.
  public func swiGLU(_ x: Tensor) -> Tensor { portable.swiGLU(x) }

  /// Gradient of SwiGLU, by the vector kernels.
  public func swiGLUBackward(_ x: Tensor, gradient: Tensor) -> Tensor {
    portable.swiGLUBackward(x, gradient: gradient)
  }

  /// SiLU's ratio to its argument in SwiGLU, by the vector kernels.
  public func swiGLURatio(_ x: Tensor, gradient: Tensor, gate: Float, value: Float) -> Tensor {
    portable.swiGLURatio(x, gradient: gradient, gate: gate, value: value)
  }

  /// GELU by a sigmoid of each element, by the vector kernels.
  public func sigmoidGELU(_ x: Tensor, _ form: SigmoidGELU) -> Tensor {
    portable.sigmoidGELU(x, form)
  }

  /// Gradient of GELU by a sigmoid, by the vector kernels.
  public func sigmoidGELUBackward(_ x: Tensor, _ form: SigmoidGELU, gradient: inout TensorBuffer) {
    portable.sigmoidGELUBackward(x, form, gradient: &gradient)
  }

  /// Ratio of GELU by a sigmoid to its argument, by the vector kernels.
  public func sigmoidGELURatio(_ x: Tensor, _ form: SigmoidGELU, gradient: inout TensorBuffer) {
    portable.sigmoidGELURatio(x, form, gradient: &gradient)
  }

  /// Rotations of pairs, by the vector kernels.
  public func rotatePairs(of x: Tensor, by angles: Rotation, inverted: Bool) -> Tensor {
    portable.rotatePairs(of: x, by: angles, inverted: inverted)
  }

  /// Rows over their size, by the vector kernels.
  public func normaliseRows(_ x: Tensor, by size: RowSize) -> Tensor {
    portable.normaliseRows(x, by: size)
  }

  /// Gradient of rows over their size, by the vector kernels.
  public func normaliseRowsBackward(
    _ gradient: Tensor, x: Tensor, by size: RowSize, constantSize: Bool
  ) -> Tensor {
    portable.normaliseRowsBackward(gradient, x: x, by: size, constantSize: constantSize)
  }

  /// Sums of columns of a product, by the vector kernels.
  public func columnSums(ofProducts x: Tensor, _ y: Tensor) -> Tensor {
    portable.columnSums(ofProducts: x, y)
  }
}
#endif
