/// What products of matrices have in common that are one line of a profile.
///
/// The rows of dense products are left out: they are as many as there are tokens in a batch.
public struct ProductKind: Hashable, Sendable {
  /// Rows of each matrix of a batch; nil for a single, dense product.
  public let rows: Int?
  /// Whether each image has a matrix of its own, as its patches do; where not, the rows of all images are one matrix.
  public let isByImage: Bool
  /// Columns of the first factor, rows of the second.
  public let depth: Int
  /// Columns of the second factor.
  public let columns: Int
  /// Whether the first factor is read by columns, as in gradients of parameters, values and keys.
  public let transposesFirst: Bool
  /// Whether the second factor is read by columns, as a layer's weights are in a forward pass.
  public let transposesSecond: Bool
  /// Whether the product is multiplied by a number.
  public let isScaled: Bool
  /// Whether it ends with GELU.
  public let hasGELU: Bool

  /// Describes a product of such operands.
  public init(_ a: MatrixLayout, _ b: MatrixLayout, into layout: MatrixLayout, _ epilogue: Epilogue) {
    rows = layout.inner.count > 1 ? layout.rows : nil
    isByImage = layout.outer != .single
    depth = a.columns
    columns = layout.columns
    transposesFirst = a.columnStride != 1
    transposesSecond = b.columnStride != 1
    isScaled = epilogue.scale != 1
    hasGELU = epilogue.activation == .gelu
  }
}
