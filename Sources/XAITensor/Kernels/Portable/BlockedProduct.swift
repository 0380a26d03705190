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

  /// Whether tiles of A are copied side by side before they are multiplied; reading them where they lie is otherwise as
  /// fast or faster.
  ///
  /// Rows whose distance is a multiple of half a page fall on two sets of a first-level cache, which then holds fewer
  /// lines of them than a tile has rows.
  private var packsFactor: Bool { a.layout.columnStride == 1 && a.layout.rowStride % 512 == 0 }

  /// Computes one block of the product, in memory of its own.
  func compute(block index: Int) {
    let block = plan.block(index)
    let (outer, inner) = block.matrix.quotientAndRemainder(dividingBy: layout.inner.count)
    let rows = plan.rows(ofTiles: block.rowTiles)
    let mostDepth = quotient(plan.depth, plan.depthBlocks)
    // Packing may write up to a vector past the end; the panel of B starts on a cache line.
    let packedCount = packsFactor ? quotient(rows.count * mostDepth + functions.lanes, 16) * 16 : 0
    let count = packedCount + functions.tile_columns * mostDepth + functions.lanes
    let packed = MemoryPool.shared.take(count: count)
    defer { MemoryPool.shared.give(packed, count: count) }
    let panel = packed + packedCount

    let factor = a.elements(outer: outer, inner: inner)
    let other = b.elements(outer: outer, inner: inner)
    for depthBlock in 0..<plan.depthBlocks {
      let depth = plan.depth(ofBlock: depthBlock)
      for tile in block.rowTiles where packsFactor {
        let range = plan.rows(ofTile: tile)
        functions.pack(
          packed + (range.lowerBound - rows.lowerBound) * depth.count, range.count,
          factor + range.lowerBound * a.layout.rowStride + depth.lowerBound * a.layout.columnStride,
          range.count, a.layout.rowStride, depth.count, a.layout.columnStride)
      }
      for columnTile in block.columnTiles {
        let columns = plan.columns(ofTile: columnTile)
        functions.pack(
          panel, functions.tile_columns,
          other + columns.lowerBound * b.layout.columnStride + depth.lowerBound * b.layout.rowStride,
          columns.count, b.layout.columnStride, depth.count, b.layout.rowStride)
        var end = tileEnd(columns, depthBlock: depthBlock)
        for tile in block.rowTiles {
          let range = plan.rows(ofTile: tile)
          place(&end, outer: outer, inner: inner, row: range.lowerBound, column: columns.lowerBound)
          if packsFactor {
            functions.multiply_tile(
              range.count, depth.count, packed + (range.lowerBound - rows.lowerBound) * depth.count, 1,
              range.count, panel, &end)
          } else {
            functions.multiply_tile(
              range.count, depth.count,
              factor + range.lowerBound * a.layout.rowStride + depth.lowerBound * a.layout.columnStride,
              a.layout.rowStride, a.layout.columnStride, panel, &end)
          }
        }
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
      residual_stride: epilogue.residual?.layout.rowStride ?? 0)
  }

  private func place(_ end: inout xai_tile_end, outer: Int, inner: Int, row: Int, column: Int) {
    end.destination = c + layout.start(outer: outer, inner: inner) + row * layout.rowStride + column
    if end.residual != nil, let residual = epilogue.residual {
      end.residual =
        residual.elements(outer: outer, inner: inner) + row * residual.layout.rowStride + column
    }
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
