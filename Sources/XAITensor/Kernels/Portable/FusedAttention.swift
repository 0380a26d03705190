import CVectorKernels
import XAIFoundation

extension PortableKernels {
  /// Attention, head by head: a block's scores go from product to softmax to product without leaving the cache.
  public func attend(_ operands: AttentionOperands, keepsAttention: Bool) -> (
    outputs: Tensor, attention: Tensor?
  ) {
    checkProduct(
      operands.queries.layout, operands.keys.layout.transposed, operands.attention,
      count: operands.attentionShape.count, Epilogue(residual: operands.bias))
    checkProduct(
      operands.attention, operands.values.layout, operands.outputs, count: operands.outputsShape.count, .plain
    )
    let layouts = [operands.queries, operands.keys, operands.values, operands.bias].compactMap { $0?.layout }
    require(
      layouts.allSatisfy { $0.columnStride == 1 },
      "queries, keys, values and the bias of attention lie by row")
    var attention: Tensor?
    let outputs = Tensor(operands.outputsShape) { outputs in
      func attend(_ kept: UnsafeMutablePointer<Float>?) {
        let block = FusedAttention(
          operands: operands, functions: vector.functions, factors: factors, kept: kept, outputs: outputs)
        pool.run(count: block.heads * block.shares(among: pool.threads)) {
          block.compute($0, shares: block.shares(among: pool.threads))
        }
      }
      if keepsAttention {
        attention = Tensor(operands.attentionShape) { attend($0) }
      } else {
        attend(nil)
      }
    }
    return (outputs, attention)
  }
}

/// The attention of all heads, as each share of a head sees it.
///
/// Keys and values are packed once for all rows of a share. Rows are worked on in blocks whose scores stay in the
/// first-level cache, so that softmax and the product with the values find them there; scores that are kept are
/// written to their place in the first step and never read from memory.
struct FusedAttention {
  let operands: AttentionOperands
  let functions: xai_vector_kernels
  let factors: ProductFactors
  /// Where the attention goes, where it is kept.
  let kept: UnsafeMutablePointer<Float>?
  let outputs: UnsafeMutablePointer<Float>

  private var rows: Int { operands.queries.layout.rows }
  private var tokens: Int { operands.keys.layout.rows }
  private var width: Int { operands.values.layout.columns }
  private var queryWidth: Int { operands.queries.layout.columns }

  /// All heads of all images.
  var heads: Int { operands.attention.outer.count * operands.attention.inner.count }

  /// Into how many shares the rows of a head are cut, so that few heads keep all threads at work.
  func shares(among threads: Int) -> Int {
    heads % threads == 0 || heads >= 4 * threads ? 1 : min(threads, max(1, rows / 32))
  }

  /// Rows whose scores are worked on together.
  private var blockRows: Int { onTiles ? rowsOfPair : Int(functions.tile_rows) }
  private var panelColumns: Int { onTiles ? columnsOfPanel : Int(functions.tile_columns) }
  private var onTiles: Bool { if case .float32 = factors { false } else { true } }
  private var usesMatrixTiles: Bool {
    switch factors {
    case .float32: false
    case .bfloat16(let unit): unit == .tiles
    case .bfloat16x3: true
    }
  }

  /// Elements of float32 that a packed panel of a depth takes.
  private func panelCount(depth: Int) -> Int {
    onTiles ? tilesCount(depth: depth) : ceilDiv(depth * panelColumns, 16) * 16
  }

  /// Elements of float32 that packed rows of a depth take.
  private func rowsCount(depth: Int) -> Int {
    let lanes = Int(functions.lanes)
    return onTiles ? tilesCount(depth: depth) : ceilDiv(depth, lanes) * lanes * blockRows
  }

  /// Elements of float32 that 32 rows or columns of a depth take in tiles.
  private func tilesCount(depth: Int) -> Int {
    let bytes = if case .bfloat16x3 = factors { 4 } else { 2 }
    return ceilDiv(depth, depthOfTile) * depthOfTile * columnsOfPanel * bytes / MemoryLayout<Float>.stride
  }

  /// Computes the share of a head, in memory of its own.
  func compute(_ index: Int, shares: Int) {
    let (head, share) = index.quotientAndRemainder(dividingBy: shares)
    let (outer, inner) = head.quotientAndRemainder(dividingBy: operands.attention.inner.count)
    let keyPanels = ceilDiv(tokens, panelColumns)
    let valuePanels = ceilDiv(width, panelColumns)
    let (keyCount, valueCount) = (panelCount(depth: queryWidth), panelCount(depth: tokens))
    let scoresCount = ceilDiv(blockRows * tokens, 16) * 16
    let packedRows = max(rowsCount(depth: queryWidth), rowsCount(depth: tokens))
    // Packing may write up to a vector past the end.
    let count =
      keyPanels * keyCount + valuePanels * valueCount + scoresCount + packedRows + Int(functions.lanes)
    let memory = MemoryPool.shared.take(count: count)
    defer { MemoryPool.shared.give(memory, count: count) }
    let keys = memory
    let values = keys + keyPanels * keyCount
    let ownScores = values + valuePanels * valueCount
    let packed = ownScores + scoresCount

    if usesMatrixTiles { xai_amx_begin() }
    defer { if usesMatrixTiles { xai_amx_end() } }
    for panel in 0..<keyPanels { packKeys(panel, outer, inner, to: keys + panel * keyCount) }
    for panel in 0..<valuePanels { packValues(panel, outer, inner, to: values + panel * valueCount) }
    let range = part(share, of: shares, in: rows)
    for first in stride(from: range.lowerBound, to: range.upperBound, by: blockRows) {
      let count = min(blockRows, range.upperBound - first)
      let scores =
        kept.map { $0 + operands.attention.start(outer: outer, inner: inner) + first * tokens } ?? ownScores
      packRows(
        operands.queries.elements(outer: outer, inner: inner) + first * operands.queries.layout.rowStride,
        count,
        stride: operands.queries.layout.rowStride, depth: queryWidth, to: packed)
      for panel in 0..<keyPanels {
        let column = panel * panelColumns
        var end = tileEnd(scores + column, stride: tokens, columns: min(panelColumns, tokens - column))
        end.scale = operands.scale
        if let bias = operands.bias {
          end.residual =
            bias.elements(outer: outer, inner: inner) + first * bias.layout.rowStride + column
          end.residual_stride = bias.layout.rowStride
        }
        multiply(count, depth: queryWidth, packed, keys + panel * keyCount, &end)
      }
      functions.softmax(scores, count, tokens)
      packRows(scores, count, stride: tokens, depth: tokens, to: packed)
      for panel in 0..<valuePanels {
        let column = panel * panelColumns
        let start = operands.outputs.start(outer: outer, inner: inner) + first * operands.outputs.rowStride
        var end = tileEnd(
          outputs + start + column, stride: operands.outputs.rowStride,
          columns: min(panelColumns, width - column))
        multiply(count, depth: tokens, packed, values + panel * valueCount, &end)
      }
    }
  }

  // MARK: - Packing and multiplying in either precision

  private func packKeys(_ panel: Int, _ outer: Int, _ inner: Int, to packed: UnsafeMutablePointer<Float>) {
    let first = panel * panelColumns
    let count = min(panelColumns, tokens - first)
    let stride = operands.keys.layout.rowStride
    let source = operands.keys.elements(outer: outer, inner: inner) + first * stride
    switch factors {
    case .float32: functions.pack(packed, panelColumns, source, count, stride, queryWidth, 1)
    case .bfloat16x3: xai_amx_split_columns(tiles(packed), source, count, stride, queryWidth)
    case .bfloat16: xai_bfloat16_pack_columns(tiles(packed), source, count, stride, queryWidth)
    }
  }

  private func packValues(_ panel: Int, _ outer: Int, _ inner: Int, to packed: UnsafeMutablePointer<Float>) {
    let first = panel * panelColumns
    let count = min(panelColumns, width - first)
    let stride = operands.values.layout.rowStride
    let source = operands.values.elements(outer: outer, inner: inner) + first
    switch factors {
    case .float32: functions.pack(packed, panelColumns, source, count, 1, tokens, stride)
    case .bfloat16x3: xai_amx_split_depth(tiles(packed), 0, source, count, tokens, stride)
    case .bfloat16: xai_bfloat16_pack_depth(tiles(packed), source, count, tokens, stride)
    }
  }

  private func packRows(
    _ source: UnsafePointer<Float>, _ count: Int, stride: Int, depth: Int,
    to packed: UnsafeMutablePointer<Float>
  ) {
    switch factors {
    case .float32: functions.pack_lines(packed, source, count, stride, depth)
    case .bfloat16x3: xai_amx_split_rows(tiles(packed), source, count, stride, depth)
    case .bfloat16: xai_bfloat16_pack_rows(tiles(packed), source, count, stride, depth)
    }
  }

  private func multiply(
    _ count: Int, depth: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
    _ end: inout xai_tile_epilogue
  ) {
    switch factors {
    case .float32: functions.multiply_tile(count, depth, a, true, 0, b, &end)
    case .bfloat16x3:
      xai_amx_multiply_split(count, depth, tiles(a), splitCount(depth: depth), tiles(b), &end)
    case .bfloat16(let unit): unit.multiply(count, depth: depth, tiles(a), tiles(b), &end)
    }
  }

  private func tileEnd(_ destination: UnsafeMutablePointer<Float>, stride: Int, columns: Int)
    -> xai_tile_epilogue
  {
    xai_tile_epilogue(
      destination: destination, stride: stride, columns: columns, scale: 1, adds: false, gelu: false,
      bias: nil,
      residual: nil, residual_stride: 0, prefetch: nil, prefetch_count: 0, prefetch_run: 0,
      prefetch_left_of_run: 0,
      prefetch_skip: 0)
  }

  private func tiles(_ memory: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<UInt16> {
    UnsafeMutableRawPointer(memory).assumingMemoryBound(to: UInt16.self)
  }

  private func tiles(_ memory: UnsafePointer<Float>) -> UnsafePointer<UInt16> {
    UnsafeRawPointer(memory).assumingMemoryBound(to: UInt16.self)
  }
}
