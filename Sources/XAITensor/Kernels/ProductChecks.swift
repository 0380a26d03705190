/// Traps where the parts of a product do not fit; both implementations start with it.
func checkProduct(
  _ a: MatrixLayout, _ b: MatrixLayout, _ c: MatrixLayout, count: Int, _ epilogue: Epilogue
) {
  precondition(
    a.columns == b.rows && a.rows == c.rows && b.columns == c.columns,
    "a product of \(a.rows)×\(a.columns) and \(b.rows)×\(b.columns) does not make \(c.rows)×\(c.columns)")
  checkBatches(a, c, "the first factor")
  checkBatches(b, c, "the second factor")
  precondition(
    c.columnStride == 1 && (c.rows < 2 || c.rowStride >= c.columns),
    "a product is written to rows of stride \(c.rowStride) and columns of stride \(c.columnStride)")
  precondition(
    c.offset >= 0 && c.end <= count,
    "a product that ends at \(c.end) reaches past a buffer of \(count) elements")
  if let bias = epilogue.bias {
    precondition(bias.count == c.columns, "a bias of \(bias.shape) is added to rows of \(c.columns)")
  }
  if let residual = epilogue.residual?.layout {
    precondition(
      residual.rows == c.rows && residual.columns == c.columns,
      "a residual of \(residual.rows)×\(residual.columns) is added to a product of \(c.rows)×\(c.columns)")
    checkBatches(residual, c, "the residual")
  }
}

private func checkBatches(_ operand: MatrixLayout, _ product: MatrixLayout, _ name: String) {
  for (own, batch) in [(operand.outer, product.outer), (operand.inner, product.inner)] {
    precondition(
      own.count == batch.count || own.count > 0 && batch.count % own.count == 0,
      "\(name) has \(own.count) matrices where the product has \(batch.count)")
  }
  precondition(
    operand.rowStride == 1 || operand.columnStride == 1,
    "\(name) has rows of stride \(operand.rowStride) and columns of stride \(operand.columnStride); one must be 1"
  )
}

extension MatrixLayout {
  /// Where a matrix of a batch starts; fewer matrices than the product has are repeated.
  func start(outer: Int, inner: Int) -> Int {
    offset + outer % self.outer.count * self.outer.stride + inner % self.inner.count * self.inner.stride
  }
}
