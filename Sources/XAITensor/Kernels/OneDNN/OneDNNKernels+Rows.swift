#if XAI_ONEDNN
import COneDNN

extension OneDNNKernels {
  /// Softmax of each row, in place.
  public func softmax(rowsOf buffer: inout TensorBuffer) {
    let (rows, columns) = buffer.shape.rowsAndColumns
    let x = UnsafeMutableRawPointer(buffer.storage.elements)
    run(XAIDNNSoftmax, rows, columns, on: [x, x])
  }

  /// Gradient of a softmax, in place.
  public func softmaxBackward(output: Tensor, gradient: inout TensorBuffer) {
    repeating(output, over: gradient.shape) { rows, columns, offset in
      let dy = UnsafeMutableRawPointer(gradient.storage.elements + offset)
      run(XAIDNNSoftmaxBackward, rows, columns, on: [pointer(output), dy, dy])
    }
  }

  /// GELU of each element.
  public func gelu(_ x: Tensor) -> Tensor {
    let (rows, columns) = x.shape.rowsAndColumns
    let result = TensorBuffer(x.shape)
    run(XAIDNNGELU, rows, columns, on: [pointer(x), UnsafeMutableRawPointer(result.storage.elements)])
    return result.freeze()
  }

  /// Gradient of GELU, in place.
  public func geluBackward(_ x: Tensor, gradient: inout TensorBuffer) {
    repeating(x, over: gradient.shape) { rows, columns, offset in
      let dy = UnsafeMutableRawPointer(gradient.storage.elements + offset)
      run(XAIDNNGELUBackward, rows, columns, on: [pointer(x), dy, dy])
    }
  }

  /// Layer norm of each row, with its statistics.
  public func layerNorm(
    _ x: Tensor, weight: Tensor, bias: Tensor, epsilon: Float
  ) -> (Tensor, RowStatistics) {
    let (rows, columns) = x.shape.rowsAndColumns
    let result = TensorBuffer(x.shape)
    let mean = TensorBuffer([rows])
    let variance = TensorBuffer([rows])
    run(
      XAIDNNLayerNorm, rows, columns, epsilon: epsilon,
      on: [
        pointer(x), pointer(weight), pointer(bias), UnsafeMutableRawPointer(mean.storage.elements),
        UnsafeMutableRawPointer(variance.storage.elements), UnsafeMutableRawPointer(result.storage.elements),
      ])
    return (result.freeze(), RowStatistics(mean: mean.freeze(), variance: variance.freeze()))
  }

  /// Gradient of a layer norm with respect to its input: oneDNN 2.x has it only together with the parameters' gradients.
  public func layerNormBackward(
    _ gradient: Tensor, x: Tensor, statistics: RowStatistics, weight: Tensor, epsilon: Float,
    constantVariance: Bool, residual: Tensor?
  ) -> Tensor {
    portable.layerNormBackward(
      gradient, x: x, statistics: statistics, weight: weight, epsilon: epsilon,
      constantVariance: constantVariance, residual: residual)
  }

  /// Gradients of a layer norm's weight and bias.
  public func layerNormParameterGradients(
    _ gradient: Tensor, x: Tensor, statistics: RowStatistics, epsilon: Float
  ) -> (weight: Tensor, bias: Tensor) {
    portable.layerNormParameterGradients(gradient, x: x, statistics: statistics, epsilon: epsilon)
  }

  /// Sums of columns.
  public func columnSums(_ x: Tensor) -> Tensor { portable.columnSums(x) }

  private func run(
    _ kind: XAIDNNRowKind, _ rows: Int, _ columns: Int, epsilon: Float = 0,
    on pointers: [UnsafeMutableRawPointer?]
  ) {
    guard rows > 0, columns > 0 else { return }
    engine.run(
      .rows(kind: kind.rawValue, rows: rows, columns: columns, epsilon: epsilon), on: pointers
    ) { xai_dnn_rows($0, kind, Int64(rows), Int64(columns), epsilon) }
  }

  /// Calls `body` for each stretch of `whole` that is as long as `part`, with its rows, columns and offset.
  private func repeating(
    _ part: Tensor, over whole: Shape, _ body: (_ rows: Int, _ columns: Int, _ offset: Int) -> Void
  ) {
    let (rows, columns) = part.shape.rowsAndColumns
    guard part.count > 0 else { return }
    precondition(whole.count % part.count == 0, "\(part.shape) does not repeat into \(whole)")
    for index in 0..<whole.count / part.count { body(rows, columns, index * part.count) }
  }
}
#endif
