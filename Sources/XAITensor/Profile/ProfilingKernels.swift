/// Other kernels, whose operations are measured: without it nothing is, and nothing is slower.
public struct ProfilingKernels: Kernels {
  private let base: any Kernels
  private let profile: Profile

  /// Measures the operations of `base`.
  public init(_ base: any Kernels, into profile: Profile) {
    self.base = base
    self.profile = profile
  }

  /// What runs is the other kernels.
  public var name: String { base.name }

  private func kernel<Result>(_ name: String, _ work: () -> Result) -> Result {
    profile.measure(.kernel(name), work)
  }
}

extension ProfilingKernels {
  /// Multiplies matrices.
  public func multiply(
    _ a: MatrixOperand, _ b: MatrixOperand, into buffer: inout TensorBuffer, _ layout: MatrixLayout,
    _ epilogue: Epilogue
  ) {
    let matrices = layout.outer.count * layout.inner.count
    let arithmetic =
      2 * Double(matrices) * Double(layout.rows) * Double(layout.columns) * Double(a.layout.columns)
    profile.measure(
      .product(ProductKind(a.layout, b.layout, into: layout, epilogue)), arithmetic: arithmetic
    ) { base.multiply(a, b, into: &buffer, layout, epilogue) }
  }

  /// Softmax of each row.
  public func softmax(rowsOf buffer: inout TensorBuffer) {
    kernel("softmax") { base.softmax(rowsOf: &buffer) }
  }

  /// Gradient of a softmax.
  public func softmaxBackward(output: Tensor, gradient: inout TensorBuffer) {
    kernel("softmax, reverse") { base.softmaxBackward(output: output, gradient: &gradient) }
  }

  /// Layer norm of each row.
  public func layerNorm(_ x: Tensor, weight: Tensor, bias: Tensor, epsilon: Float) -> (Tensor, RowStatistics)
  {
    kernel("layer norm") { base.layerNorm(x, weight: weight, bias: bias, epsilon: epsilon) }
  }

  /// Gradient of a layer norm's input.
  public func layerNormBackward(
    _ gradient: Tensor, x: Tensor, statistics: RowStatistics, weight: Tensor, epsilon: Float,
    constantVariance: Bool, residual: Tensor?
  ) -> Tensor {
    kernel("layer norm, reverse") {
      base.layerNormBackward(
        gradient, x: x, statistics: statistics, weight: weight, epsilon: epsilon,
        constantVariance: constantVariance, residual: residual)
    }
  }

  /// Gradients of a layer norm's parameters.
  public func layerNormParameterGradients(
    _ gradient: Tensor, x: Tensor, statistics: RowStatistics, epsilon: Float
  ) -> (weight: Tensor, bias: Tensor) {
    kernel("layer norm, parameters") {
      base.layerNormParameterGradients(gradient, x: x, statistics: statistics, epsilon: epsilon)
    }
  }

  /// GELU of each element.
  public func gelu(_ x: Tensor) -> Tensor { kernel("GELU") { base.gelu(x) } }

  /// Gradient of GELU.
  public func geluBackward(_ x: Tensor, gradient: inout TensorBuffer) {
    kernel("GELU, reverse") { base.geluBackward(x, gradient: &gradient) }
  }

  /// GELU's ratio to its argument.
  public func geluRatio(_ x: Tensor, gradient: inout TensorBuffer) {
    kernel("GELU, ratio") { base.geluRatio(x, gradient: &gradient) }
  }

  /// GELU and its gradient.
  public func geluWithBackward(_ x: Tensor, gradient: inout TensorBuffer) -> Tensor {
    kernel("GELU, both ways") { base.geluWithBackward(x, gradient: &gradient) }
  }

  /// Sums of columns.
  public func columnSums(_ x: Tensor) -> Tensor { kernel("column sums") { base.columnSums(x) } }

  /// A sum of two tensors.
  public func add(_ x: Tensor, to sum: inout TensorBuffer) { kernel("sum") { base.add(x, to: &sum) } }

  /// Attention of all heads.
  public func attend(_ operands: AttentionOperands, keepsAttention: Bool) -> (
    outputs: Tensor, attention: Tensor?
  ) {
    let (attention, width) = (operands.attention, operands.values.layout.columns)
    let matrices = Double(attention.outer.count * attention.inner.count)
    let entries = matrices * Double(attention.rows) * Double(attention.columns)
    return profile.measure(
      .kernel("attention"), arithmetic: 2 * entries * Double(operands.queries.layout.columns + width)
    ) { base.attend(operands, keepsAttention: keepsAttention) }
  }

  /// A factor for each column.
  public func scaleColumns(of x: Tensor, by factors: Tensor, adding residual: Tensor?) -> Tensor {
    kernel("layer scale") { base.scaleColumns(of: x, by: factors, adding: residual) }
  }

  /// SwiGLU of each row.
  public func swiGLU(_ x: Tensor) -> Tensor { kernel("SwiGLU") { base.swiGLU(x) } }

  /// Gradient of SwiGLU.
  public func swiGLUBackward(_ x: Tensor, gradient: Tensor) -> Tensor {
    kernel("SwiGLU, reverse") { base.swiGLUBackward(x, gradient: gradient) }
  }

  /// SiLU's ratio to its argument, in SwiGLU.
  public func swiGLURatio(_ x: Tensor, gradient: Tensor, gate: Float, value: Float) -> Tensor {
    kernel("SwiGLU, ratio") { base.swiGLURatio(x, gradient: gradient, gate: gate, value: value) }
  }

  /// GELU by a sigmoid of each element.
  public func sigmoidGELU(_ x: Tensor, _ form: SigmoidGELU) -> Tensor {
    kernel("GELU by a sigmoid") { base.sigmoidGELU(x, form) }
  }

  /// Gradient of GELU by a sigmoid.
  public func sigmoidGELUBackward(_ x: Tensor, _ form: SigmoidGELU, gradient: inout TensorBuffer) {
    kernel("GELU by a sigmoid, reverse") { base.sigmoidGELUBackward(x, form, gradient: &gradient) }
  }

  /// Ratio of GELU by a sigmoid to its argument.
  public func sigmoidGELURatio(_ x: Tensor, _ form: SigmoidGELU, gradient: inout TensorBuffer) {
    kernel("GELU by a sigmoid, ratio") { base.sigmoidGELURatio(x, form, gradient: &gradient) }
  }

  /// Rotations of pairs.
  public func rotatePairs(of x: Tensor, by angles: Rotation, inverted: Bool) -> Tensor {
    kernel("rotation") { base.rotatePairs(of: x, by: angles, inverted: inverted) }
  }

  /// Rows over their size.
  public func normaliseRows(_ x: Tensor, by size: RowSize) -> Tensor {
    kernel("row norm") { base.normaliseRows(x, by: size) }
  }

  /// Gradient of rows over their size.
  public func normaliseRowsBackward(
    _ gradient: Tensor, x: Tensor, by size: RowSize, constantSize: Bool
  ) -> Tensor {
    kernel("row norm, reverse") {
      base.normaliseRowsBackward(gradient, x: x, by: size, constantSize: constantSize)
    }
  }

  /// Sums of columns of a product.
  public func columnSums(ofProducts x: Tensor, _ y: Tensor) -> Tensor {
    kernel("column sums of products") { base.columnSums(ofProducts: x, y) }
  }
}
