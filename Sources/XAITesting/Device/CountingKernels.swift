public import XAITensor

/// Other kernels, as those of a device that counts what host memory reads of their results.
public struct CountingKernels: Kernels {
  private let base: any Kernels
  /// Where the results live.
  public let device: CountingDevice

  /// Has `base` compute what lives on `device`.
  public init(_ base: any Kernels, on device: CountingDevice = CountingDevice()) {
    self.base = base
    self.device = device
  }

  /// What runs is the other kernels.
  public var name: String { base.name }

  /// Runs an operation of the other kernels on a buffer in host memory, and puts its values on the device.
  private func update<Result>(
    _ buffer: inout TensorBuffer, _ work: (inout TensorBuffer) -> Result
  ) -> Result {
    var own = TensorBuffer(reusing: buffer.contents.behindCount)
    let result = work(&own)
    buffer.replaceContents(with: device.tensor(own.freeze()))
    return result
  }
}

extension MatrixOperand {
  fileprivate var behindCount: MatrixOperand {
    var operand = self
    operand.tensor = tensor.behindCount
    return operand
  }
}

extension RowStatistics {
  fileprivate var behindCount: RowStatistics {
    RowStatistics(mean: mean.behindCount, variance: variance.behindCount)
  }
}

extension CountingKernels {
  /// Multiplies matrices.
  public func multiply(
    _ a: MatrixOperand, _ b: MatrixOperand, into buffer: inout TensorBuffer, _ layout: MatrixLayout,
    _ epilogue: Epilogue
  ) {
    var epilogue = epilogue
    epilogue.bias = epilogue.bias?.behindCount
    epilogue.residual = epilogue.residual?.behindCount
    update(&buffer) { base.multiply(a.behindCount, b.behindCount, into: &$0, layout, epilogue) }
  }

  /// Attention of all heads.
  public func attend(_ operands: AttentionOperands, keepsAttention: Bool) -> (
    outputs: Tensor, attention: Tensor?
  ) {
    var operands = operands
    operands.queries = operands.queries.behindCount
    operands.keys = operands.keys.behindCount
    operands.values = operands.values.behindCount
    operands.bias = operands.bias?.behindCount
    let (outputs, attention) = base.attend(operands, keepsAttention: keepsAttention)
    return (device.tensor(outputs), attention.map(device.tensor))
  }

  /// Softmax of each row.
  public func softmax(rowsOf buffer: inout TensorBuffer) { update(&buffer) { base.softmax(rowsOf: &$0) } }

  /// Gradient of a softmax.
  public func softmaxBackward(output: Tensor, gradient: inout TensorBuffer) {
    update(&gradient) { base.softmaxBackward(output: output.behindCount, gradient: &$0) }
  }

  /// Layer norm of each row.
  public func layerNorm(_ x: Tensor, weight: Tensor, bias: Tensor, epsilon: Float) -> (Tensor, RowStatistics)
  {
    let (y, statistics) = base.layerNorm(
      x.behindCount, weight: weight.behindCount, bias: bias.behindCount, epsilon: epsilon)
    return (
      device.tensor(y),
      RowStatistics(mean: device.tensor(statistics.mean), variance: device.tensor(statistics.variance))
    )
  }

  /// Gradient of a layer norm's input.
  public func layerNormBackward(
    _ gradient: Tensor, x: Tensor, statistics: RowStatistics, weight: Tensor, epsilon: Float,
    constantVariance: Bool, residual: Tensor?
  ) -> Tensor {
    device.tensor(
      base.layerNormBackward(
        gradient.behindCount, x: x.behindCount, statistics: statistics.behindCount,
        weight: weight.behindCount, epsilon: epsilon, constantVariance: constantVariance,
        residual: residual?.behindCount))
  }

  /// Gradients of a layer norm's parameters.
  public func layerNormParameterGradients(
    _ gradient: Tensor, x: Tensor, statistics: RowStatistics, epsilon: Float
  ) -> (weight: Tensor, bias: Tensor) {
    let gradients = base.layerNormParameterGradients(
      gradient.behindCount, x: x.behindCount, statistics: statistics.behindCount, epsilon: epsilon)
    return (device.tensor(gradients.weight), device.tensor(gradients.bias))
  }

  /// GELU of each element.
  public func gelu(_ x: Tensor) -> Tensor { device.tensor(base.gelu(x.behindCount)) }

  /// Gradient of GELU.
  public func geluBackward(_ x: Tensor, gradient: inout TensorBuffer) {
    update(&gradient) { base.geluBackward(x.behindCount, gradient: &$0) }
  }

  /// GELU's ratio to its argument.
  public func geluRatio(_ x: Tensor, gradient: inout TensorBuffer) {
    update(&gradient) { base.geluRatio(x.behindCount, gradient: &$0) }
  }

  /// GELU and its gradient.
  public func geluWithBackward(_ x: Tensor, gradient: inout TensorBuffer) -> Tensor {
    device.tensor(update(&gradient) { base.geluWithBackward(x.behindCount, gradient: &$0) })
  }

  /// Sums of columns.
  public func columnSums(_ x: Tensor) -> Tensor { device.tensor(base.columnSums(x.behindCount)) }

  /// A sum of two tensors.
  public func add(_ x: Tensor, to sum: inout TensorBuffer) {
    update(&sum) { base.add(x.behindCount, to: &$0) }
  }

  /// A factor for each column.
  public func scaleColumns(of x: Tensor, by factors: Tensor, adding residual: Tensor?) -> Tensor {
    device.tensor(
      base.scaleColumns(of: x.behindCount, by: factors.behindCount, adding: residual?.behindCount))
  }

  /// SwiGLU of each row.
  public func swiGLU(_ x: Tensor) -> Tensor { device.tensor(base.swiGLU(x.behindCount)) }

  /// Gradient of SwiGLU.
  public func swiGLUBackward(_ x: Tensor, gradient: Tensor) -> Tensor {
    device.tensor(base.swiGLUBackward(x.behindCount, gradient: gradient.behindCount))
  }

  /// SiLU's ratio to its argument, in SwiGLU.
  public func swiGLURatio(_ x: Tensor, gradient: Tensor, gate: Float, value: Float) -> Tensor {
    device.tensor(
      base.swiGLURatio(x.behindCount, gradient: gradient.behindCount, gate: gate, value: value))
  }

  /// GELU by a sigmoid.
  public func sigmoidGELU(_ x: Tensor, _ form: SigmoidGELU) -> Tensor {
    device.tensor(base.sigmoidGELU(x.behindCount, form))
  }

  /// Its gradient.
  public func sigmoidGELUBackward(_ x: Tensor, _ form: SigmoidGELU, gradient: inout TensorBuffer) {
    update(&gradient) { base.sigmoidGELUBackward(x.behindCount, form, gradient: &$0) }
  }

  /// Its ratio to its argument.
  public func sigmoidGELURatio(_ x: Tensor, _ form: SigmoidGELU, gradient: inout TensorBuffer) {
    update(&gradient) { base.sigmoidGELURatio(x.behindCount, form, gradient: &$0) }
  }

  /// Pairs of elements, rotated.
  public func rotatePairs(of x: Tensor, by angles: Rotation, inverted: Bool) -> Tensor {
    let angles = Rotation(
      cosines: angles.cosines.behindCount, sines: angles.sines.behindCount, pairing: angles.pairing)
    return device.tensor(base.rotatePairs(of: x.behindCount, by: angles, inverted: inverted))
  }

  /// Rows over their size.
  public func normaliseRows(_ x: Tensor, by size: RowSize) -> Tensor {
    device.tensor(base.normaliseRows(x.behindCount, by: size))
  }

  /// Gradient of that.
  public func normaliseRowsBackward(
    _ gradient: Tensor, x: Tensor, by size: RowSize, constantSize: Bool
  ) -> Tensor {
    device.tensor(
      base.normaliseRowsBackward(
        gradient.behindCount, x: x.behindCount, by: size, constantSize: constantSize))
  }

  /// Sums of columns of products.
  public func columnSums(ofProducts x: Tensor, _ y: Tensor) -> Tensor {
    device.tensor(base.columnSums(ofProducts: x.behindCount, y.behindCount))
  }
}
