import CVectorKernels

/// A product with parameters in bfloat16 with float32 sums, as each block of it sees it.
///
/// Sums run over the depth in its order, whatever rows are multiplied together.
struct Bfloat16Product {
  /// Fewer rows than these in a block are not worth reading the parameters for.
  private static let fewRows = 64

  let a: MatrixOperand
  let columns: PackedParameters.Columns
  let c: UnsafeMutablePointer<Float>
  let layout: MatrixLayout
  let epilogue: Epilogue
  let unit: Bfloat16Unit
  private let rowBlocks: Int
  private let columnBlocks: Int
  private let panels: Int

  /// Whether a product is one of rows by a matrix of parameters, which is packed once and kept.
  static func takes(_ a: MatrixOperand, _ b: MatrixOperand, _ epilogue: Epilogue) -> Bool {
    b.isParameter && a.layout.columnStride == 1
      && b.layout.outer.count == 1 && b.layout.inner.count == 1
      && epilogue.residual.map { $0.layout.columnStride == 1 } ?? true
  }

  init(
    _ a: MatrixOperand, _ columns: PackedParameters.Columns, into c: UnsafeMutablePointer<Float>,
    _ layout: MatrixLayout, _ epilogue: Epilogue, on unit: Bfloat16Unit, threads: Int
  ) {
    (self.a, self.columns, self.c, self.layout, self.epilogue, self.unit) = (
      a, columns, c, layout, epilogue, unit
    )
    panels = ceilDiv(layout.columns, columnsOfPanel)
    let matrices = layout.outer.count * layout.inner.count
    let fewest = ceilDiv(layout.rows * a.layout.columns, unit.mostElements)
    let even = (fewest..<fewest + threads).first { matrices * $0 % threads == 0 } ?? fewest
    let isCutByRows = layout.rows / even >= Self.fewRows
    rowBlocks = isCutByRows ? even : fewest
    columnBlocks = isCutByRows ? 1 : min(threads, panels)
  }

  /// The number of blocks.
  var blocks: Int { layout.outer.count * layout.inner.count * rowBlocks * columnBlocks }

  /// Computes one block of the product, in memory of its own.
  func compute(block index: Int) {
    let (rest, columnBlock) = index.quotientAndRemainder(dividingBy: columnBlocks)
    let (matrix, rowBlock) = rest.quotientAndRemainder(dividingBy: rowBlocks)
    let (outer, inner) = matrix.quotientAndRemainder(dividingBy: layout.inner.count)
    // Whole pairs of tiles, so that only the last block has part of one.
    let pairs = part(rowBlock, of: rowBlocks, in: ceilDiv(layout.rows, 32))
    let rows = pairs.lowerBound * 32..<min(pairs.upperBound * 32, layout.rows)
    let depth = a.layout.columns
    let count = ceilDiv(rows.count, 32) * 32 * ceilDiv(depth, depthOfTile) * depthOfTile / 2
    let packed = MemoryPool.shared.take(count: count)
    defer { MemoryPool.shared.give(packed, count: count) }
    let tiles = UnsafeMutableRawPointer(packed).assumingMemoryBound(to: UInt16.self)
    xai_bfloat16_pack_rows(
      tiles, a.elements(outer: outer, inner: inner) + rows.lowerBound * a.layout.rowStride, rows.count,
      a.layout.rowStride, depth)
    let panels = part(columnBlock, of: columnBlocks, in: panels)
    unit.run { multiply(panels, rows, tiles, outer: outer, inner: inner) }
  }

  private func multiply(
    _ panels: Range<Int>, _ rows: Range<Int>, _ tiles: UnsafePointer<UInt16>, outer: Int, inner: Int
  ) {
    for panel in panels {
      var end = xai_tile_epilogue(
        into: c, layout, epilogue, outer: outer, inner: inner, row: rows.lowerBound,
        column: panel * columnsOfPanel)
      if panel + 1 < panels.upperBound {
        Prefetcher(tiles: columns.panel(panel + 1), run: columns.stride, count: 1, stride: 0).share(
          0, of: 1, with: &end)
      }
      unit.multiply(rows.count, depth: a.layout.columns, tiles, columns.panel(panel), &end)
    }
  }
}
