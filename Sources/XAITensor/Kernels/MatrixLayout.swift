import XAIFoundation

/// Where the matrices of a batch lie in the memory of a tensor: strides, so that nothing is copied to be multiplied.
///
/// Element (r, c) of matrix (o, i) is at
/// `offset + o·outer.stride + i·inner.stride + r·rowStride + c·columnStride`, in elements.
/// One of the two matrix strides is 1. A batch stride of 0 uses the same matrix for every entry.
public struct MatrixLayout: Hashable, Sendable {
  /// One dimension of a batch.
  public struct Batch: Hashable, Sendable {
    /// How many matrices.
    public var count: Int
    /// Elements from one to the next; 0 repeats the same one.
    public var stride: Int

    /// Makes a batch dimension.
    public init(count: Int, stride: Int) {
      self.count = count
      self.stride = stride
    }

    /// A single matrix.
    public static let single = Batch(count: 1, stride: 0)
  }

  /// Elements before the first matrix.
  public var offset: Int
  /// Rows of each matrix.
  public var rows: Int
  /// Columns of each matrix.
  public var columns: Int
  /// Elements from a row to the next.
  public var rowStride: Int
  /// Elements from a column to the next.
  public var columnStride: Int
  /// The outer batch dimension, such as images.
  public var outer: Batch
  /// The inner batch dimension, such as heads.
  public var inner: Batch

  /// Makes a layout; the row stride defaults to dense rows.
  public init(
    rows: Int, columns: Int, rowStride: Int? = nil, columnStride: Int = 1, offset: Int = 0,
    outer: Batch = .single, inner: Batch = .single
  ) {
    self.offset = offset
    self.rows = rows
    self.columns = columns
    self.rowStride = rowStride ?? columns
    self.columnStride = columnStride
    self.outer = outer
    self.inner = inner
  }

  /// The same memory with rows and columns exchanged.
  public var transposed: MatrixLayout {
    var layout = self
    swap(&layout.rows, &layout.columns)
    swap(&layout.rowStride, &layout.columnStride)
    return layout
  }

  /// One past the last element that the layout reaches.
  var end: Int {
    guard rows > 0, columns > 0, outer.count > 0, inner.count > 0 else { return offset }
    return offset + (outer.count - 1) * outer.stride + (inner.count - 1) * inner.stride
      + (rows - 1) * rowStride + (columns - 1) * columnStride + 1
  }
}

/// A tensor seen as a batch of matrices.
public struct MatrixOperand: Sendable {
  /// The memory.
  public var tensor: Tensor
  /// Where the matrices are in it.
  public var layout: MatrixLayout
  /// Whether the matrix belongs to a model and is multiplied again and again in forward passes: kernels may keep it in a
  /// form of their own, and round it where they were asked for less precision than float32.
  public var isParameter = false
  /// Whether the matrices are gradients of a backward pass: where kernels were asked for less precision there too, they may
  /// round what such products multiply.
  public var isGradient = false

  /// Sees a tensor under a layout; traps when the layout reaches past the tensor.
  public init(_ tensor: Tensor, _ layout: MatrixLayout) {
    require(
      layout.end <= tensor.count,
      "a layout that ends at \(layout.end) reaches past a tensor of \(tensor.shape)")
    self.tensor = tensor
    self.layout = layout
  }

  /// Sees a tensor as one dense matrix: all leading dimensions are rows, the last is columns.
  public init(rowsOf tensor: Tensor) {
    let columns = tensor.shape.extents.last ?? 1
    self.init(tensor, MatrixLayout(rows: columns == 0 ? 0 : tensor.count / columns, columns: columns))
  }

  /// The matrix of a linear layer as its forward pass multiplies by it: a weight [outputs, inputs], seen as [inputs, outputs].
  public init(forwardOf weight: Tensor) {
    self = MatrixOperand(rowsOf: weight).transposed
    isParameter = true
  }

  /// The matrix of a linear layer as its backward pass multiplies by it: a weight [outputs, inputs] as it is.
  public init(backwardOf weight: Tensor) {
    self.init(rowsOf: weight)
    isParameter = true
  }

  /// Sees gradients of a backward pass as one dense matrix: all leading dimensions are rows, the last is columns.
  public init(rowsOfGradient gradient: Tensor) {
    self.init(rowsOf: gradient)
    isGradient = true
  }

  /// The same matrices with rows and columns exchanged.
  public var transposed: MatrixOperand {
    var operand = MatrixOperand(tensor, layout.transposed)
    operand.isParameter = isParameter
    operand.isGradient = isGradient
    return operand
  }
}
