import CVectorKernels

/// A batch of products in bfloat16 whose factors are rounded for it alone, as those of attention in backward passes.
///
/// A block packs all columns of its matrix, and then 32 rows at a time, which are multiplied from the first-level cache. Sums
/// run over the depth in its order, whatever rows are multiplied together.
struct Bfloat16BatchProduct {
  /// The most elements of the second factor that a block packs: a fourth of a second-level cache.
  private static let mostElements = 128 * 1024

  let a: MatrixOperand
  let b: MatrixOperand
  let c: UnsafeMutablePointer<Float>
  let layout: MatrixLayout
  let epilogue: Epilogue
  let unit: Bfloat16Unit
  private let panels: Int
  private let rowBlocks: Int

  /// Whether the second factor is small enough to be packed by every block.
  static func takes(_ b: MatrixOperand, _ epilogue: Epilogue) -> Bool {
    ceilDiv(b.layout.columns, columnsOfPanel) * panelCount(depth: b.layout.rows) <= mostElements
      && epilogue.residual.map { $0.layout.columnStride == 1 } ?? true
  }

  init(
    _ a: MatrixOperand, _ b: MatrixOperand, into c: UnsafeMutablePointer<Float>, _ layout: MatrixLayout,
    _ epilogue: Epilogue, on unit: Bfloat16Unit, threads: Int
  ) {
    (self.a, self.b, self.c, self.layout, self.epilogue, self.unit) = (a, b, c, layout, epilogue, unit)
    panels = ceilDiv(layout.columns, columnsOfPanel)
    let matrices = layout.outer.count * layout.inner.count
    let isEven = matrices % threads == 0 || matrices >= 4 * threads
    rowBlocks = isEven ? 1 : min(threads, ceilDiv(layout.rows, rowsOfPair))
  }

  /// The number of blocks.
  var blocks: Int { layout.columns > 0 ? layout.outer.count * layout.inner.count * rowBlocks : 0 }

  /// Computes one block, in memory of its own.
  func compute(block index: Int) {
    let (matrix, rowBlock) = index.quotientAndRemainder(dividingBy: rowBlocks)
    let (outer, inner) = matrix.quotientAndRemainder(dividingBy: layout.inner.count)
    let depth = a.layout.columns
    let panelCount = panelCount(depth: depth)
    // 32 rows take as much as 32 columns.
    let count = (panels + 1) * panelCount / 2
    let packed = MemoryPool.shared.take(count: count)
    defer { MemoryPool.shared.give(packed, count: count) }
    let columns = UnsafeMutableRawPointer(packed).assumingMemoryBound(to: UInt16.self)
    let rows = columns + panels * panelCount
    let source = b.elements(outer: outer, inner: inner)
    for panel in 0..<panels {
      let first = panel * columnsOfPanel
      packPanel(
        columns + panel * panelCount, source + first * b.layout.columnStride,
        min(columnsOfPanel, layout.columns - first), b.layout)
    }
    unit.run {
      for pair in part(rowBlock, of: rowBlocks, in: ceilDiv(layout.rows, rowsOfPair)) {
        let first = pair * rowsOfPair
        let count = min(rowsOfPair, layout.rows - first)
        pack(count, a.elements(outer: outer, inner: inner) + first * a.layout.rowStride, to: rows)
        for panel in 0..<panels {
          var end = xai_tile_epilogue(
            into: c, layout, epilogue, outer: outer, inner: inner, row: first, column: panel * columnsOfPanel)
          unit.multiply(count, depth: depth, rows, columns + panel * panelCount, &end)
        }
      }
    }
  }

  private func pack(_ rows: Int, _ source: UnsafePointer<Float>, to tiles: UnsafeMutablePointer<UInt16>) {
    if a.layout.columnStride == 1 {
      xai_bfloat16_pack_rows(tiles, source, rows, a.layout.rowStride, a.layout.columns)
    } else {
      xai_bfloat16_pack_rows_across(tiles, source, rows, a.layout.columns, a.layout.columnStride)
    }
  }
}

/// Elements of bfloat16 that 32 rows or columns of a depth take.
private func panelCount(depth: Int) -> Int { ceilDiv(depth, depthOfTile) * depthOfTile * columnsOfPanel }
