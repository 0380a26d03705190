import CVectorKernels

extension PortableKernels {
  /// Multiplies matrices, block by block.
  public func multiply(
    _ a: MatrixOperand, _ b: MatrixOperand, into buffer: inout TensorBuffer, _ layout: MatrixLayout,
    _ epilogue: Epilogue
  ) {
    checkProduct(a.layout, b.layout, layout, count: buffer.shape.count, epilogue)
    if let parameters, Bfloat16Product.takes(a, b, epilogue) {
      let columns = parameters.columns(of: b, on: pool)
      return buffer.withElements { elements in
        guard let c = elements.baseAddress else { return }
        let product = Bfloat16Product(a, columns, into: c, layout, epilogue, threads: pool.threads)
        pool.run(count: product.blocks) { product.compute(block: $0) }
      }
    }
    if precision == .bfloat16x3, SplitProduct.takes(a, b, epilogue) {
      return buffer.withElements { elements in
        guard let c = elements.baseAddress else { return }
        SplitProduct(a, b, into: c, layout, epilogue, threads: pool.threads).run(on: pool)
      }
    }
    let plan = ProductPlan(
      layout, depth: a.layout.columns, tileRows: vector.functions.tile_rows,
      tileColumns: vector.functions.tile_columns, threads: pool.threads)
    var epilogue = epilogue
    epilogue.residual = epilogue.residual?.withUnitColumnStride()
    buffer.withElements { elements in
      guard let c = elements.baseAddress else { return }
      let product = BlockedProduct(
        plan: plan, functions: vector.functions, a: a, b: b, c: c, layout: layout, epilogue: epilogue)
      pool.run(count: plan.blocks) { product.compute(block: $0) }
    }
  }
}

extension MatrixOperand {
  /// The same matrices, copied where their columns are not of stride 1.
  fileprivate func withUnitColumnStride() -> MatrixOperand {
    guard layout.columnStride != 1 else { return self }
    let (rows, columns) = (layout.rows, layout.columns)
    let dense = MatrixLayout(
      rows: rows, columns: columns,
      outer: .init(count: layout.outer.count, stride: layout.inner.count * rows * columns),
      inner: .init(count: layout.inner.count, stride: rows * columns))
    let copy = Tensor([layout.outer.count, layout.inner.count, rows, columns]) { destination in
      for outer in 0..<layout.outer.count {
        for inner in 0..<layout.inner.count {
          let source = elements(outer: outer, inner: inner)
          let start = destination + dense.start(outer: outer, inner: inner)
          for row in 0..<rows {
            for column in 0..<columns {
              start[row * columns + column] = source[row * layout.rowStride + column * layout.columnStride]
            }
          }
        }
      }
    }
    return MatrixOperand(copy, dense)
  }
}
