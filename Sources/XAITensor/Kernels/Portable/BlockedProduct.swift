import CVectorKernels

/// One call of `multiply`, as each block of it sees it.
struct BlockedProduct {
  let plan: ProductPlan
  let functions: xai_vector_kernels
  let a: MatrixOperand
  let b: MatrixOperand
  let c: UnsafeMutablePointer<Float>
  let layout: MatrixLayout
  let epilogue: Epilogue

  /// Whether A is packed in lines, as its rows lie along memory; columns that do are read where they are.
  private var packsLines: Bool { a.layout.columnStride == 1 }

  /// Computes one block of the product, in memory of its own.
  func compute(block index: Int) {
    let block = plan.block(index)
    let (outer, inner) = block.matrix.quotientAndRemainder(dividingBy: layout.inner.count)
    let rows = plan.rows(ofTiles: block.rowTiles)
    let mostDepth = ceilDiv(plan.depth, plan.depthBlocks)
    let linesDepth = packsLines ? ceilDiv(mostDepth, functions.lanes) * functions.lanes : 0
    // Packing may write up to a vector past the end; the panels of B start on a cache line.
    let packedCount = ceilDiv((plan.keepsPanels ? functions.tile_rows : rows.count) * linesDepth, 16) * 16
    let panelCount = ceilDiv(functions.tile_columns * mostDepth, 16) * 16
    let panelPlaces =
      plan.keepsPanels ? ceilDiv(block.columnTiles.count, panelsOfGroup) * panelsOfGroup : panelsOfGroup
    let count = packedCount + panelPlaces * panelCount + functions.lanes
    let packed = MemoryPool.shared.take(count: count)
    defer { MemoryPool.shared.give(packed, count: count) }

    for depthBlock in 0..<plan.depthBlocks {
      let depth = plan.depth(ofBlock: depthBlock)
      let kBlock = KBlock(
        outer: outer, inner: inner, rowTiles: block.rowTiles, columnTiles: block.columnTiles,
        index: depthBlock,
        depth: depth, linesDepth: linesDepth,
        a: a.elements(outer: outer, inner: inner) + depth.lowerBound * a.layout.columnStride,
        b: b.elements(outer: outer, inner: inner), lines: packed, panels: packed + packedCount,
        panelCount: panelCount)
      if plan.keepsPanels {
        multiplyRows(kBlock)
      } else {
        multiplyPanels(kBlock)
      }
    }
  }

  /// A block's part of the depth, and where its factors are and are packed.
  private struct KBlock {
    let outer: Int
    let inner: Int
    let rowTiles: Range<Int>
    let columnTiles: Range<Int>
    let index: Int
    let depth: Range<Int>
    let linesDepth: Int
    let a: UnsafePointer<Float>
    let b: UnsafePointer<Float>
    let lines: UnsafeMutablePointer<Float>
    let panels: UnsafeMutablePointer<Float>
    let panelCount: Int
  }

  /// Packs all rows, and multiplies them with one panel after the other.
  private func multiplyPanels(_ kBlock: KBlock) {
    let firstRow = plan.rows(ofTiles: kBlock.rowTiles).lowerBound
    for tile in kBlock.rowTiles {
      let range = plan.rows(ofTile: tile)
      packLines(
        range, of: kBlock,
        to: kBlock.lines + (range.lowerBound - firstRow) * kBlock.linesDepth)
    }
    let group = panelsOfGroup
    for columnTile in kBlock.columnTiles {
      let columns = plan.columns(ofTile: columnTile)
      let place = (columnTile - kBlock.columnTiles.lowerBound) % group
      if place == 0 {
        let last = min(columnTile + group, kBlock.columnTiles.upperBound)
        pack(columnTile..<last, of: kBlock, to: kBlock.panels)
      }
      var end = tileEnd(columns, depthBlock: kBlock.index)
      let ahead =
        group > 1
        ? nil
        : Prefetcher(
          ofPanel: columnTile + 1, in: kBlock.columnTiles, kBlock.depth, plan, b,
          kBlock.b)
      for tile in kBlock.rowTiles {
        let range = plan.rows(ofTile: tile)
        locate(&end, kBlock, row: range.lowerBound, column: columns.lowerBound)
        ahead?.share(tile - kBlock.rowTiles.lowerBound, of: kBlock.rowTiles.count, with: &end)
        multiply(
          range, of: kBlock,
          kBlock.lines + (range.lowerBound - firstRow) * kBlock.linesDepth,
          kBlock.panels + place * kBlock.panelCount, &end)
      }
    }
  }

  /// Packs all panels, and multiplies one tile of rows after the other with them.
  private func multiplyRows(_ kBlock: KBlock) {
    let group = panelsOfGroup
    for first in stride(
      from: kBlock.columnTiles.lowerBound, to: kBlock.columnTiles.upperBound, by: group)
    {
      pack(
        first..<min(first + group, kBlock.columnTiles.upperBound), of: kBlock,
        to: kBlock.panels + (first - kBlock.columnTiles.lowerBound) * kBlock.panelCount)
    }
    var end = tileEnd(0..<0, depthBlock: kBlock.index)
    for tile in kBlock.rowTiles {
      let range = plan.rows(ofTile: tile)
      packLines(range, of: kBlock, to: kBlock.lines)
      let ahead = Prefetcher(
        ofRows: tile + 1, in: kBlock.rowTiles, kBlock.depth, plan, a, kBlock.a)
      for columnTile in kBlock.columnTiles {
        let columns = plan.columns(ofTile: columnTile)
        let place = columnTile - kBlock.columnTiles.lowerBound
        end.columns = columns.count
        end.bias =
          kBlock.index == plan.depthBlocks - 1
          ? epilogue.bias.map { $0.start + columns.lowerBound } : nil
        locate(&end, kBlock, row: range.lowerBound, column: columns.lowerBound)
        ahead?.share(place, of: kBlock.columnTiles.count, with: &end)
        multiply(
          range, of: kBlock, kBlock.lines,
          kBlock.panels + place * kBlock.panelCount, &end)
      }
    }
  }

  private func packLines(_ rows: Range<Int>, of kBlock: KBlock, to lines: UnsafeMutablePointer<Float>) {
    guard packsLines else { return }
    functions.pack_lines(
      lines, kBlock.a + rows.lowerBound * a.layout.rowStride, rows.count, a.layout.rowStride,
      kBlock.depth.count)
  }

  private func multiply(
    _ rows: Range<Int>, of kBlock: KBlock, _ lines: UnsafePointer<Float>,
    _ panel: UnsafePointer<Float>,
    _ end: inout xai_tile_epilogue
  ) {
    functions.multiply_tile(
      rows.count, kBlock.depth.count, packsLines ? lines : kBlock.a + rows.lowerBound,
      packsLines,
      a.layout.columnStride, panel, &end)
  }

  /// Panels that are packed together.
  ///
  /// Where rows of B lie along memory, as in backward passes, a panel takes a little of each row, and rows of weights are
  /// pages apart: panels side by side take more of a page while its address is known.
  private var panelsOfGroup: Int {
    b.layout.columnStride == 1 && b.layout.columns > functions.tile_columns ? 4 : 1
  }

  /// Packs the panels of some column tiles.
  private func pack(_ tiles: Range<Int>, of kBlock: KBlock, to panels: UnsafeMutablePointer<Float>) {
    let depth = kBlock.depth
    let step = tiles.count > 1 ? rowsOfPages : depth.count
    for first in stride(from: depth.lowerBound, to: depth.upperBound, by: max(step, 1)) {
      for (index, tile) in tiles.enumerated() {
        let columns = plan.columns(ofTile: tile)
        functions.pack(
          panels + index * kBlock.panelCount + (first - depth.lowerBound) * functions.tile_columns,
          functions.tile_columns,
          kBlock.b + columns.lowerBound * b.layout.columnStride + first * b.layout.rowStride,
          columns.count,
          b.layout.columnStride, min(step, depth.upperBound - first), b.layout.rowStride)
      }
    }
  }

  /// What happens to the tiles of a panel: each K block adds its part, and the last one ends the sum.
  private func tileEnd(_ columns: Range<Int>, depthBlock: Int) -> xai_tile_epilogue {
    let isLast = depthBlock == plan.depthBlocks - 1
    return xai_tile_epilogue(
      destination: c, stride: layout.rowStride, columns: columns.count, scale: epilogue.scale,
      adds: epilogue.accumulates || depthBlock > 0, gelu: isLast && epilogue.activation == .gelu,
      bias: isLast ? epilogue.bias.map { $0.start + columns.lowerBound } : nil,
      residual: isLast ? epilogue.residual?.tensor.start : nil,
      residual_stride: epilogue.residual?.layout.rowStride ?? 0, prefetch: nil, prefetch_count: 0,
      prefetch_run: 0,
      prefetch_left_of_run: 0, prefetch_skip: 0)
  }

  private func locate(_ end: inout xai_tile_epilogue, _ kBlock: KBlock, row: Int, column: Int) {
    let (outer, inner) = (kBlock.outer, kBlock.inner)
    end.destination = c + layout.start(outer: outer, inner: inner) + row * layout.rowStride + column
    if end.residual != nil, let residual = epilogue.residual {
      end.residual =
        residual.elements(outer: outer, inner: inner) + row * residual.layout.rowStride + column
    }
  }
}

/// Rows whose pages a processor finds again at once: its first-level buffer of addresses has 64 places or more.
private let rowsOfPages = 32

extension MatrixOperand {
  /// The first element of a matrix of the batch; valid while the operand lives.
  func elements(outer: Int, inner: Int) -> UnsafePointer<Float> {
    tensor.start + layout.start(outer: outer, inner: inner)
  }
}

extension Tensor {
  /// The first element; valid while the tensor lives.
  var start: UnsafePointer<Float> { UnsafePointer(storage.elements + offset) }
}
