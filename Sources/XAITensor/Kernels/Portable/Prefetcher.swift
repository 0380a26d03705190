import CVectorKernels

/// The part of a factor that is packed next: it is called for while what was packed before is multiplied, so that packing
/// does not wait for memory.
struct Prefetcher {
  /// What lies along memory, in pairs of cache lines, and how far apart such runs are, in bytes.
  private let start: UnsafeRawPointer
  private let run: Int
  private let stride: Int
  /// Pairs of cache lines.
  private let count: Int

  /// A panel of B; nil behind the last.
  init?(
    ofPanel tile: Int, in tiles: Range<Int>, _ depth: Range<Int>, _ plan: ProductPlan, _ b: MatrixOperand,
    _ elements: UnsafePointer<Float>
  ) {
    guard tile < tiles.upperBound else { return nil }
    let columns = plan.columns(ofTile: tile)
    let layout = b.layout
    let isAlongColumns = layout.columnStride == 1
    self.init(
      elements + columns.lowerBound * layout.columnStride + depth.lowerBound * layout.rowStride,
      run: isAlongColumns ? columns.count : depth.count, count: isAlongColumns ? depth.count : columns.count,
      stride: isAlongColumns ? layout.rowStride : layout.columnStride)
  }

  /// A tile of rows of A, from the first step of the depth on; nil behind the last.
  init?(
    ofRows tile: Int, in tiles: Range<Int>, _ depth: Range<Int>, _ plan: ProductPlan, _ a: MatrixOperand,
    _ elements: UnsafePointer<Float>
  ) {
    guard tile < tiles.upperBound else { return nil }
    let rows = plan.rows(ofTile: tile)
    let layout = a.layout
    let isAlongRows = layout.rowStride == 1
    self.init(
      elements + rows.lowerBound * layout.rowStride, run: isAlongRows ? rows.count : depth.count,
      count: isAlongRows ? depth.count : rows.count,
      stride: isAlongRows ? layout.columnStride : layout.rowStride)
  }

  /// Runs of `run` elements, `stride` elements apart.
  private init(_ start: UnsafePointer<Float>, run: Int, count: Int, stride: Int) {
    self.start = UnsafeRawPointer(start)
    self.run = ceilDiv(run, 32)
    self.stride = stride * MemoryLayout<Float>.stride
    self.count = self.run * count
  }

  /// The same of elements of bfloat16.
  init(tiles start: UnsafePointer<UInt16>, run: Int, count: Int, stride: Int) {
    self.start = UnsafeRawPointer(start)
    self.run = ceilDiv(run, 64)
    self.stride = stride * MemoryLayout<UInt16>.stride
    self.count = self.run * count
  }

  /// Leaves one of several tiles to call for its share.
  func share(_ index: Int, of tiles: Int, with end: inout xai_tile_epilogue) {
    let range = part(index, of: tiles, in: count)
    let (row, pair) = range.lowerBound.quotientAndRemainder(dividingBy: run)
    end.prefetch = start + row * stride + pair * 128
    end.prefetch_count = range.count
    end.prefetch_run = run
    end.prefetch_left_of_run = run - pair
    end.prefetch_skip = stride - run * 128
  }
}
