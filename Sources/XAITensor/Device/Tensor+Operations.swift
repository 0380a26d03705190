extension Tensor {
  /// A formula for each element, from those of operands, which are repeated.
  ///
  /// Operand 0 is the first of `operands`; an operand of fewer elements than the result begins again at its end.
  public static func map(_ operands: [Tensor], to shape: Shape, _ formula: Elementwise) -> Tensor {
    run(.map(formula, shape: shape), on: operands)
  }

  /// Rows of `columns` elements each, by index; zeros where the index is negative.
  public func gathering(_ rows: [Int], columns: Int, shape: Shape) -> Tensor {
    Self.run(.gather(rows: rows, columns: columns, shape: shape), on: [self])
  }

  /// Rows of several tensors, counted from the first one's first, as one tensor.
  public static func gathering(_ rows: [Int], of tensors: [Tensor], columns: Int, shape: Shape) -> Tensor {
    run(.gather(rows: rows, columns: columns, shape: shape), on: tensors)
  }

  /// Sums over the middle of three extents, [outer, middle, inner] to [outer, inner]: in float32, from 0, in ascending
  /// order.
  public static func sum(
    _ terms: Elementwise, of operands: [Tensor], outer: Int, middle: Int, inner: Int
  ) -> Tensor {
    run(.sum(terms, outer: outer, middle: middle, inner: inner), on: operands)
  }

  /// Sums of rows in double precision, in host memory.
  ///
  /// - Parameters:
  ///   - inDouble: whether the terms, too, are computed in double precision.
  ///   - point: the name of the place that reads.
  public static func sums(
    _ terms: Elementwise, of operands: [Tensor], inDouble: Bool = false, rows: Int, columns: Int,
    at point: String
  ) -> [Double] {
    let sums = RowSums(terms: terms, inDouble: inDouble, rows: rows, columns: columns)
    guard let device = device(of: operands) else { return sums.onHost(operands) }
    return device.sums(sums, of: operands, at: point)
  }

  /// Σ|x|, √(Σx²) and the share of negative entries of each row and part, [rows, parts, 3].
  public func norms(_ norms: PartNorms) -> Tensor {
    Self.run(.norms(norms), on: [self])
  }

  private static func run(_ operation: TensorOperation, on operands: [Tensor]) -> Tensor {
    guard let device = device(of: operands) else { return operation.onHost(operands) }
    return device.run(operation, on: operands)
  }

  private static func device(of operands: [Tensor]) -> (any TensorDevice)? {
    for operand in operands {
      if let device = operand.device { return device }
    }
    return nil
  }
}
