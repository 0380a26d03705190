/// Queries, keys and values of all heads, each [outer, inner, N, d]: matrices of `outer` images and `inner` heads.
public struct AttentionOperands: Sendable {
  /// Q.
  public var queries: MatrixOperand
  /// K.
  public var keys: MatrixOperand
  /// V.
  public var values: MatrixOperand
  /// The factor of the scores, 1/√d as a rule.
  public var scale: Float
  /// Added to the scores, [outer, inner, N, N] or fewer matrices, which are then repeated; nil for nothing.
  public var bias: MatrixOperand?

  /// Puts the parts together.
  public init(
    queries: MatrixOperand, keys: MatrixOperand, values: MatrixOperand, scale: Float,
    bias: MatrixOperand? = nil
  ) {
    self.queries = queries
    self.keys = keys
    self.values = values
    self.scale = scale
    self.bias = bias
  }

  /// The attention of each head in [outer, inner, N, N].
  var attention: MatrixLayout {
    let (rows, columns) = (queries.layout.rows, keys.layout.rows)
    return MatrixLayout(
      rows: rows, columns: columns,
      outer: .init(count: queries.layout.outer.count, stride: queries.layout.inner.count * rows * columns),
      inner: .init(count: queries.layout.inner.count, stride: rows * columns))
  }

  /// The outputs of the heads side by side, in [outer, N, inner · d].
  var outputs: MatrixLayout {
    let width = queries.layout.inner.count * values.layout.columns
    return MatrixLayout(
      rows: queries.layout.rows, columns: values.layout.columns, rowStride: width,
      outer: .init(count: queries.layout.outer.count, stride: queries.layout.rows * width),
      inner: .init(count: queries.layout.inner.count, stride: values.layout.columns))
  }

  var attentionShape: TensorShape {
    [attention.outer.count, attention.inner.count, attention.rows, attention.columns]
  }

  var outputsShape: TensorShape { [outputs.outer.count, outputs.rows, outputs.rowStride] }
}

extension Kernels {
  /// The three steps one after the other.
  public func attend(_ operands: AttentionOperands, keepsAttention: Bool) -> (
    outputs: Tensor, attention: Tensor?
  ) {
    var scores = TensorBuffer(operands.attentionShape)
    multiply(
      operands.queries, operands.keys.transposed, into: &scores, operands.attention,
      Epilogue(scale: operands.scale, residual: operands.bias))
    softmax(rowsOf: &scores)
    let attention = scores.freeze()
    var outputs = TensorBuffer(operands.outputsShape)
    multiply(
      MatrixOperand(attention, operands.attention), operands.values, into: &outputs, operands.outputs, .plain)
    return (outputs.freeze(), keepsAttention ? attention : nil)
  }
}
