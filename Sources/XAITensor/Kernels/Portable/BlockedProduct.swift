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
    let mostDepth = quotient(plan.depth, plan.depthBlocks)
    let linesDepth = packsLines ? quotient(mostDepth, functions.lanes) * functions.lanes : 0
    // Packing may write up to a vector past the end; the panel of B starts on a cache line.
    let packedCount = quotient(rows.count * linesDepth, 16) * 16
    let group = panelsOfGroup
    let panelCount = quotient(functions.tile_columns * mostDepth, 16) * 16
    let count = packedCount + group * panelCount + functions.lanes
    let packed = MemoryPool.shared.take(count: count)
    defer { MemoryPool.shared.give(packed, count: count) }
    let panels = packed + packedCount

    let factor = a.elements(outer: outer, inner: inner)
    let other = b.elements(outer: outer, inner: inner)
    for depthBlock in 0..<plan.depthBlocks {
      let depth = plan.depth(ofBlock: depthBlock)
      let first = factor + depth.lowerBound * a.layout.columnStride
      for tile in block.rowTiles where packsLines {
        let range = plan.rows(ofTile: tile)
        functions.pack_lines(
          packed + (range.lowerBound - rows.lowerBound) * linesDepth,
          first + range.lowerBound * a.layout.rowStride,
          range.count, a.layout.rowStride, depth.count)
      }
      for columnTile in block.columnTiles {
        let columns = plan.columns(ofTile: columnTile)
        let place = (columnTile - block.columnTiles.lowerBound) % group
        let panel = panels + place * panelCount
        if place == 0 {
          let last = min(columnTile + group, block.columnTiles.upperBound)
          pack(columnTile..<last, depth: depth, of: other, to: panels, panelCount: panelCount)
        }
        var end = tileEnd(columns, depthBlock: depthBlock)
        let ahead =
          group > 1 ? nil : Ahead(of: columnTile, in: block.columnTiles, depth: depth, plan, b.layout, other)
        for tile in block.rowTiles {
          let range = plan.rows(ofTile: tile)
          locate(&end, outer: outer, inner: inner, row: range.lowerBound, column: columns.lowerBound)
          ahead?.share(tile - block.rowTiles.lowerBound, of: block.rowTiles.count, with: &end)
          functions.multiply_tile(
            range.count, depth.count,
            packsLines
              ? UnsafePointer(packed + (range.lowerBound - rows.lowerBound) * linesDepth)
              : first + range.lowerBound,
            packsLines, a.layout.columnStride, panel, &end)
        }
      }
    }
  }

  /// Panels that are packed together.
  ///
  /// Where rows of B lie along memory, as in reverse passes, a panel takes a little of each row, and rows of weights are
  /// pages apart: panels side by side take more of a page while its address is known.
  private var panelsOfGroup: Int {
    b.layout.columnStride == 1 && b.layout.columns > functions.tile_columns ? 4 : 1
  }

  /// Packs the panels of some column tiles.
  private func pack(
    _ tiles: Range<Int>, depth: Range<Int>, of other: UnsafePointer<Float>,
    to panels: UnsafeMutablePointer<Float>,
    panelCount: Int
  ) {
    let step = tiles.count > 1 ? rowsOfPages : depth.count
    for first in stride(from: depth.lowerBound, to: depth.upperBound, by: max(step, 1)) {
      for (index, tile) in tiles.enumerated() {
        let columns = plan.columns(ofTile: tile)
        functions.pack(
          panels + index * panelCount + (first - depth.lowerBound) * functions.tile_columns,
          functions.tile_columns,
          other + columns.lowerBound * b.layout.columnStride + first * b.layout.rowStride, columns.count,
          b.layout.columnStride, min(step, depth.upperBound - first), b.layout.rowStride)
      }
    }
  }

  /// What happens to the tiles of a panel: each stretch of the depth adds its part, and the last one ends the sum.
  private func tileEnd(_ columns: Range<Int>, depthBlock: Int) -> xai_tile_end {
    let isLast = depthBlock == plan.depthBlocks - 1
    return xai_tile_end(
      destination: c, stride: layout.rowStride, columns: columns.count, scale: epilogue.scale,
      adds: epilogue.accumulates || depthBlock > 0, gelu: isLast && epilogue.activation == .gelu,
      bias: isLast ? epilogue.bias.map { $0.start + columns.lowerBound } : nil,
      residual: isLast ? epilogue.residual?.tensor.start : nil,
      residual_stride: epilogue.residual?.layout.rowStride ?? 0, ahead: nil, ahead_count: 0, ahead_run: 0,
      ahead_left_of_run: 0, ahead_skip: 0)
  }

  private func locate(_ end: inout xai_tile_end, outer: Int, inner: Int, row: Int, column: Int) {
    end.destination = c + layout.start(outer: outer, inner: inner) + row * layout.rowStride + column
    if end.residual != nil, let residual = epilogue.residual {
      end.residual =
        residual.elements(outer: outer, inner: inner) + row * residual.layout.rowStride + column
    }
  }
}

/// Rows whose pages a processor finds again at once: its first-level buffer of addresses has 64 places or more.
private let rowsOfPages = 32

/// The part of B that the next panel is packed from: it is called for while the panel before is multiplied, so that
/// packing does not wait for memory.
private struct Ahead {
  /// What lies along memory, in pairs of cache lines, and how far apart such runs are, in bytes.
  private let start: UnsafeRawPointer
  private let run: Int
  private let stride: Int
  /// Pairs of cache lines.
  let count: Int

  init?(
    of tile: Int, in tiles: Range<Int>, depth: Range<Int>, _ plan: ProductPlan, _ layout: MatrixLayout,
    _ elements: UnsafePointer<Float>
  ) {
    guard tile + 1 < tiles.upperBound else { return nil }
    let columns = plan.columns(ofTile: tile + 1)
    start = UnsafeRawPointer(
      elements + columns.lowerBound * layout.columnStride + depth.lowerBound * layout.rowStride)
    let isAlongColumns = layout.columnStride == 1
    run = quotient(isAlongColumns ? columns.count : depth.count, 32)
    stride = (isAlongColumns ? layout.rowStride : layout.columnStride) * MemoryLayout<Float>.stride
    count = run * (isAlongColumns ? depth.count : columns.count)
  }

  /// Leaves one of several tiles to call for its share.
  func share(_ index: Int, of tiles: Int, with end: inout xai_tile_end) {
    let range = part(index, of: tiles, in: count)
    let (row, pair) = range.lowerBound.quotientAndRemainder(dividingBy: run)
    end.ahead = start + row * stride + pair * 128
    end.ahead_count = range.count
    end.ahead_run = run
    end.ahead_left_of_run = run - pair
    end.ahead_skip = stride - run * 128
  }
}

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
