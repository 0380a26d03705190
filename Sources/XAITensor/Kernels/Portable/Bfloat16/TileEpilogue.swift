import CVectorKernels

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
