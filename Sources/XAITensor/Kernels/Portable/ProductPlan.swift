import XAIFoundation

/// How a product is cut into blocks that threads work on independently.
///
/// The loops are those of Goto and van de Geijn (2008), but that rows of A are packed in lines, whole vectors of each row,
/// which is a copy without a transposition. Of few rows all are packed, and stay in the second-level cache while the panels
/// of B are packed and multiplied one after the other. Of many rows it is the other way round: as many panels of B as fit
/// there are packed once, and a tile of rows at a time is packed and multiplied with all of them. Blocks share nothing, so
/// threads never wait. An element's sum runs over the depth in an order that depends on the depth alone: a row of a product
/// has the same bits whatever rows are multiplied with it, on however many threads.
struct ProductPlan {
  /// The most elements that a block packs and keeps: a part of a second-level cache.
  private static let mostElements = 256 * 1024
  /// From this many rows on, B is packed first; it is then a small part of the work.
  private static let manyRows = 512
  /// The most depth of a block.
  private static let mostDepth = 1024
  /// Fewer multiply-adds than these are not worth waking a thread for.
  private static let leastWork = 64 * 64 * 64

  let rows: Int
  let columns: Int
  let depth: Int
  let tileColumns: Int
  let rowTiles: Int
  let columnTiles: Int
  let depthBlocks: Int
  /// Whether a block packs its panels of B and goes through its rows, or packs its rows and goes through its panels.
  let keepsPanels: Bool
  private(set) var rowBlocks: Int
  private(set) var columnBlocks: Int
  private let matrices: Int

  init(_ layout: MatrixLayout, depth: Int, tileRows: Int, tileColumns: Int, threads: Int) {
    self.rows = layout.rows
    self.columns = layout.columns
    self.depth = depth
    self.tileColumns = tileColumns
    self.rowTiles = ceilDiv(rows, tileRows)
    self.columnTiles = ceilDiv(columns, tileColumns)
    self.depthBlocks = max(1, ceilDiv(depth, Self.mostDepth))
    let depthPerBlock = max(1, ceilDiv(depth, depthBlocks))
    self.keepsPanels = rows > Self.manyRows
    if keepsPanels {
      self.rowBlocks = 1
      self.columnBlocks = ceilDiv(columnTiles, max(1, Self.mostElements / (tileColumns * depthPerBlock)))
    } else {
      self.rowBlocks = ceilDiv(rows, max(tileRows, Self.mostElements / depthPerBlock))
      self.columnBlocks = columns > 0 ? 1 : 0
    }
    self.matrices = layout.outer.count * layout.inner.count
    guard matrices > 0, rows > 0, columns > 0 else { return }
    while blocks % threads != 0 && blocks < 4 * threads {
      let work = (rows / rowBlocks) * (columns / columnBlocks) * max(depth, 1)
      guard work > 2 * Self.leastWork else { return }
      if !cutsRows && columnBlocks < columnTiles {
        columnBlocks += 1
      } else if rowBlocks < rowTiles {
        rowBlocks += 1
      } else {
        return
      }
    }
  }

  /// Whether a further cut is one of rows: what is packed again for each part of them should be the smaller part.
  private var cutsRows: Bool {
    keepsPanels ? rows / (rowBlocks + 1) >= Self.manyRows : columnTiles / columnBlocks < rowTiles / rowBlocks
  }

  /// The number of blocks.
  var blocks: Int { matrices * rowBlocks * columnBlocks }

  /// The rows of a tile: heights differ by one at most, so no tile is left with a row or two.
  func rows(ofTile tile: Int) -> Range<Int> { part(tile, of: rowTiles, in: rows) }

  /// The rows of consecutive tiles.
  func rows(ofTiles tiles: Range<Int>) -> Range<Int> {
    tiles.lowerBound * rows / rowTiles..<tiles.upperBound * rows / rowTiles
  }

  /// The columns of a tile: whole vectors, except for the last.
  func columns(ofTile tile: Int) -> Range<Int> {
    tile * tileColumns..<min((tile + 1) * tileColumns, columns)
  }

  /// A block of the depth.
  func depth(ofBlock block: Int) -> Range<Int> { part(block, of: depthBlocks, in: depth) }

  /// The matrix, row tiles and column tiles of a block.
  func block(_ index: Int) -> (matrix: Int, rowTiles: Range<Int>, columnTiles: Range<Int>) {
    let (rest, columnBlock) = index.quotientAndRemainder(dividingBy: columnBlocks)
    let (matrix, rowBlock) = rest.quotientAndRemainder(dividingBy: rowBlocks)
    return (
      matrix, part(rowBlock, of: rowBlocks, in: rowTiles),
      part(columnBlock, of: columnBlocks, in: columnTiles)
    )
  }
}

/// The quotient of two whole numbers, rounded up.
func ceilDiv(_ count: Int, _ size: Int) -> Int { (count + size - 1) / size }

/// One of several parts of a count, which differ by one at most.
func part(_ index: Int, of parts: Int, in count: Int) -> Range<Int> {
  index * count / parts..<(index + 1) * count / parts
}

/// Traps where the parts of a product do not fit; both implementations start with it.
func checkProduct(
  _ a: MatrixLayout, _ b: MatrixLayout, _ c: MatrixLayout, count: Int, _ epilogue: Epilogue
) {
  require(
    a.columns == b.rows && a.rows == c.rows && b.columns == c.columns,
    "a product of \(a.rows)×\(a.columns) and \(b.rows)×\(b.columns) does not make \(c.rows)×\(c.columns)")
  checkBatches(a, c, "the first factor")
  checkBatches(b, c, "the second factor")
  require(
    c.columnStride == 1 && (c.rows < 2 || c.rowStride >= c.columns),
    "a product is written to rows of stride \(c.rowStride) and columns of stride \(c.columnStride)")
  require(
    c.offset >= 0 && c.end <= count,
    "a product that ends at \(c.end) reaches past a buffer of \(count) elements")
  if let bias = epilogue.bias {
    require(bias.count == c.columns, "a bias of \(bias.shape) is added to rows of \(c.columns)")
  }
  if let residual = epilogue.residual?.layout {
    require(
      residual.rows == c.rows && residual.columns == c.columns,
      "a residual of \(residual.rows)×\(residual.columns) is added to a product of \(c.rows)×\(c.columns)")
    checkBatches(residual, c, "the residual")
  }
}

private func checkBatches(_ operand: MatrixLayout, _ product: MatrixLayout, _ name: String) {
  for (own, batch) in [(operand.outer, product.outer), (operand.inner, product.inner)] {
    require(
      own.count == batch.count || own.count > 0 && batch.count % own.count == 0,
      "\(name) has \(own.count) matrices where the product has \(batch.count)")
  }
  require(
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
