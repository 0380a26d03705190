import CVectorKernels

/// A product of float32 on matrix tiles, each factor as a sum of two bfloat16 numbers (`KernelSelection.Precision.bfloat16x3`).
///
/// Where all of B stays in the second-level cache and there are rows enough, each block splits it for itself, and then 32
/// rows at a time, which are multiplied from the first-level cache. Otherwise rows are split and packed once, by all threads,
/// and multiplied by as many panels of 32 columns as stay in the cache. Nothing is kept from product to product, so weights
/// take no memory a second time. Sums run over the depth in an order that depends on the depth alone.
struct SplitProduct {
  /// Elements of both factors that stay in a second-level cache of two megabytes with what passes through it.
  private static let cachedElements = 288 * 1024
  /// The most depth of a sum that is not interrupted.
  private static let mostDepth = 1024
  /// The most elements of A that are packed together.
  private static let mostRowElements = 4 * 1024 * 1024
  /// Less depth is not worth splitting factors for.
  private static let leastDepth = 32

  let a: MatrixOperand
  let b: MatrixOperand
  let c: UnsafeMutablePointer<Float>
  let layout: MatrixLayout
  let epilogue: Epilogue
  private let threads: Int
  private let depth: Int
  private let panels: Int
  private let matrices: Int

  /// Whether a product can be split, and is deep enough to be worth it.
  ///
  /// How many rows there are plays no part: a row must not change with its batch.
  static func takes(_ a: MatrixOperand, _ b: MatrixOperand, _ epilogue: Epilogue) -> Bool {
    a.layout.columns >= leastDepth && (epilogue.residual.map { $0.layout.columnStride == 1 } ?? true)
  }

  init(
    _ a: MatrixOperand, _ b: MatrixOperand, into c: UnsafeMutablePointer<Float>, _ layout: MatrixLayout,
    _ epilogue: Epilogue, threads: Int
  ) {
    (self.a, self.b, self.c, self.layout, self.epilogue, self.threads) = (a, b, c, layout, epilogue, threads)
    depth = a.layout.columns
    panels = ceilDiv(layout.columns, columnsOfPanel)
    matrices = layout.outer.count * layout.inner.count
  }

  private var tileRowCount: Int { splitCount(depth: depth) }

  /// The depth of a sum that is not interrupted, in whole tiles: parts of equal length, except for the last.
  private var depthPerBlock: Int {
    ceilDiv(ceilDiv(depth, ceilDiv(depth, Self.mostDepth)), depthOfTile) * depthOfTile
  }

  func run(on pool: ThreadPool) {
    guard matrices > 0, layout.rows > 0, layout.columns > 0 else { return }
    let pairs = ceilDiv(layout.rows, rowsOfPair)
    let isApart = matrices >= 4 * threads
    if depthPerBlock >= depth, panels * columnsOfPanel * depthPerBlock <= Self.cachedElements * 2 / 3,
      isApart || layout.rows >= threads * layout.columns
    {
      let rowBlocks = isApart ? 1 : min(pairs, 2 * threads)
      pool.run(count: matrices * rowBlocks) { index in
        let (matrix, block) = index.quotientAndRemainder(dividingBy: rowBlocks)
        multiplyRows(part(block, of: rowBlocks, in: pairs), of: matrix)
      }
      return
    }
    let most = max(1, Self.mostRowElements / (tileRowCount / 2 * matrices)) * rowsOfTile
    let parts = ceilDiv(layout.rows, most)
    for index in 0..<parts {
      let pairs = part(index, of: parts, in: pairs)
      run(pairs.lowerBound * rowsOfPair..<min(pairs.upperBound * rowsOfPair, layout.rows), on: pool)
    }
  }

  /// Packs all panels, and multiplies 32 rows after the other with them.
  private func multiplyRows(_ pairs: Range<Int>, of matrix: Int) {
    let (outer, inner) = matrix.quotientAndRemainder(dividingBy: layout.inner.count)
    let panelCount = depthPerBlock * columnsOfPanel * 2
    let count = (panels * panelCount + 2 * tileRowCount) / 2
    let packed = MemoryPool.shared.take(count: count)
    defer { MemoryPool.shared.give(packed, count: count) }
    let columns = UnsafeMutableRawPointer(packed).assumingMemoryBound(to: UInt16.self)
    let tiles = columns + panels * panelCount
    xai_amx_begin()
    defer { xai_amx_end() }
    packPanels(0..<panels, 0..<depth, b.elements(outer: outer, inner: inner), to: columns, panelCount)
    for pair in pairs {
      let rows = pair * rowsOfPair..<min((pair + 1) * rowsOfPair, layout.rows)
      packRows(rows, of: matrix, to: tiles)
      for panel in 0..<panels {
        var end = xai_tile_epilogue(
          into: c, layout, epilogue, outer: outer, inner: inner, row: rows.lowerBound,
          column: panel * columnsOfPanel)
        xai_amx_multiply_split(
          rows.count, depth, tiles, tileRowCount, columns + panel * panelCount, &end)
      }
    }
  }

  /// Packs some rows of all matrices, and multiplies them.
  private func run(_ rows: Range<Int>, on pool: ThreadPool) {
    let tileRows = ceilDiv(rows.count, rowsOfTile)
    let count = matrices * tileRows * tileRowCount / 2
    let packed = MemoryPool.shared.take(count: count)
    defer { MemoryPool.shared.give(packed, count: count) }
    let tiles = UnsafeMutableRawPointer(packed).assumingMemoryBound(to: UInt16.self)
    pool.run(count: matrices * tileRows) { index in
      let (matrix, tile) = index.quotientAndRemainder(dividingBy: tileRows)
      let first = rows.lowerBound + tile * rowsOfTile
      packRows(first..<min(first + rowsOfTile, rows.upperBound), of: matrix, to: tiles + index * tileRowCount)
    }
    // Rows that stay in the cache are read again for a few panels; others come from further away, and for more.
    let isCached = tileRows * rowsOfTile * depthPerBlock <= Self.cachedElements
    let most = (isCached ? 1 : 2) * Self.cachedElements / 3
    let group = min(panels, max(1, most / (depthPerBlock * columnsOfPanel)))
    let groups = ceilDiv(ceilDiv(panels, group), threads) * threads
    let columnBlocks = matrices >= 4 * threads ? 1 : min(panels, isCached ? 4 * threads : groups)
    let rowBlocks = matrices * columnBlocks >= threads ? 1 : min(tileRows, threads)
    pool.run(count: matrices * columnBlocks * rowBlocks) { index in
      let (matrix, block) = index.quotientAndRemainder(dividingBy: columnBlocks * rowBlocks)
      let (rowBlock, columnBlock) = block.quotientAndRemainder(dividingBy: columnBlocks)
      multiply(
        part(rowBlock, of: rowBlocks, in: ceilDiv(tileRows, 2)), of: rows, matrix,
        tiles + matrix * tileRows * tileRowCount, by: part(columnBlock, of: columnBlocks, in: panels),
        group: group)
    }
  }

  private func packRows(_ rows: Range<Int>, of matrix: Int, to tiles: UnsafeMutablePointer<UInt16>) {
    let (outer, inner) = matrix.quotientAndRemainder(dividingBy: layout.inner.count)
    let source = a.elements(outer: outer, inner: inner) + rows.lowerBound * a.layout.rowStride
    if a.layout.columnStride == 1 {
      xai_amx_split_rows(tiles, source, rows.count, a.layout.rowStride, depth)
    } else {
      xai_amx_split_rows_across(tiles, source, rows.count, depth, a.layout.columnStride)
    }
  }

  /// Multiplies pairs of tiles of some packed rows by some panels, a group of them at a time.
  private func multiply(
    _ pairs: Range<Int>, of rows: Range<Int>, _ matrix: Int, _ tiles: UnsafePointer<UInt16>,
    by panels: Range<Int>, group: Int
  ) {
    let (outer, inner) = matrix.quotientAndRemainder(dividingBy: layout.inner.count)
    let source = b.elements(outer: outer, inner: inner)
    let panelCount = depthPerBlock * columnsOfPanel * 2
    let packed = MemoryPool.shared.take(count: group * panelCount / 2)
    defer { MemoryPool.shared.give(packed, count: group * panelCount / 2) }
    let columns = UnsafeMutableRawPointer(packed).assumingMemoryBound(to: UInt16.self)
    xai_amx_begin()
    defer { xai_amx_end() }
    for start in stride(from: 0, to: depth, by: depthPerBlock) {
      let steps = start..<min(start + depthPerBlock, depth)
      for first in stride(from: panels.lowerBound, to: panels.upperBound, by: group) {
        let own = first..<min(first + group, panels.upperBound)
        packPanels(own, steps, source, to: columns, panelCount)
        for pair in pairs {
          let row = rows.lowerBound + pair * rowsOfPair
          let upper = tiles + 2 * pair * tileRowCount + start * rowsOfTile * 2
          let ahead =
            pair + 1 < pairs.upperBound
            ? Prefetcher(
              tiles: upper + 2 * tileRowCount, run: splitCount(depth: steps.count), count: 2,
              stride: tileRowCount)
            : nil
          for panel in own {
            // Each block of the depth adds its part, and the last one ends the sum.
            var end = xai_tile_epilogue(
              into: c, layout, epilogue, outer: outer, inner: inner, row: row, column: panel * columnsOfPanel,
              isFirst: start == 0, isLast: steps.upperBound == depth)
            ahead?.share(panel - first, of: own.count, with: &end)
            xai_amx_multiply_split(
              min(rowsOfPair, rows.upperBound - row), steps.count, upper, tileRowCount,
              columns + (panel - first) * panelCount, &end)
          }
        }
      }
    }
  }

  /// Splits panels that lie side by side.
  private func packPanels(
    _ panels: Range<Int>, _ steps: Range<Int>, _ source: UnsafePointer<Float>,
    to tiles: UnsafeMutablePointer<UInt16>, _ panelCount: Int
  ) {
    let columns = panels.lowerBound * columnsOfPanel..<min(panels.upperBound * columnsOfPanel, layout.columns)
    let start = source + columns.lowerBound * b.layout.columnStride + steps.lowerBound * b.layout.rowStride
    guard b.layout.rowStride == 1 else {
      xai_amx_split_depth(tiles, panelCount, start, columns.count, steps.count, b.layout.rowStride)
      return
    }
    for first in stride(from: 0, to: columns.count, by: columnsOfPanel) {
      xai_amx_split_columns(
        tiles + first / columnsOfPanel * panelCount, start + first * b.layout.columnStride,
        min(columnsOfPanel, columns.count - first), b.layout.columnStride, steps.count)
    }
  }
}

/// Elements of bfloat16 that 16 split rows of a depth take.
func splitCount(depth: Int) -> Int { ceilDiv(depth, depthOfTile) * depthOfTile * rowsOfTile * 2 }

/// Rows of a tile.
private let rowsOfTile = 16
/// Rows that one call of the innermost loop multiplies.
let rowsOfPair = 32

extension xai_tile_epilogue {
  /// Where a tile on matrix tiles goes, up to 32 columns wide, and what happens to it on the way.
  ///
  /// - Parameters:
  ///   - outer: the matrix of the batch, with `inner`.
  ///   - row: the tile's first, as `column` is.
  ///   - isFirst: whether no part of the sum is in the destination yet.
  ///   - isLast: whether this part ends the sum, with bias, activation and residual.
  init(
    into c: UnsafeMutablePointer<Float>, _ layout: MatrixLayout, _ epilogue: Epilogue, outer: Int, inner: Int,
    row: Int, column: Int, isFirst: Bool = true, isLast: Bool = true
  ) {
    let residual = isLast ? epilogue.residual : nil
    self.init(
      destination: c + layout.start(outer: outer, inner: inner) + row * layout.rowStride + column,
      stride: layout.rowStride, columns: min(columnsOfPanel, layout.columns - column), scale: epilogue.scale,
      adds: epilogue.accumulates || !isFirst, gelu: isLast && epilogue.activation == .gelu,
      bias: isLast ? epilogue.bias.map { $0.start + column } : nil,
      residual: residual.map {
        $0.elements(outer: outer, inner: inner) + row * $0.layout.rowStride + column
      }, residual_stride: residual?.layout.rowStride ?? 0, prefetch: nil, prefetch_count: 0, prefetch_run: 0,
      prefetch_left_of_run: 0, prefetch_skip: 0)
  }
}
