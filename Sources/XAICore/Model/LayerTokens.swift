/// What one layer works on, where layers have tokens of their own.
public struct LayerTokens: Hashable, Sendable, Codable {
  /// The tokens, all of them patches.
  public let grid: PatchGrid
  /// Windows that attention stays in; nil where every token attends to every other.
  public let windows: AttentionWindows?
  /// How the tokens are made of those of the layer before; nil where they are the same.
  public let merge: TokenMerge?

  /// States what a layer works on.
  public init(grid: PatchGrid, windows: AttentionWindows? = nil, merge: TokenMerge? = nil) {
    self.grid = grid
    self.windows = windows
    self.merge = merge
  }
}

/// Neighbouring tokens of a grid that become one token.
public struct TokenMerge: Hashable, Sendable, Codable {
  /// The tokens that are merged.
  public let fine: PatchGrid
  /// Rows and columns of tokens that become one; at the lower and right end there may be fewer.
  public let factor: PatchGrid

  /// Merges `factor` tokens of a grid into one.
  public init(_ fine: PatchGrid, by factor: PatchGrid = PatchGrid(rows: 2, columns: 2)) {
    self.fine = fine
    self.factor = factor
  }

  /// The tokens that come of it.
  public var coarse: PatchGrid {
    PatchGrid(
      rows: (fine.rows + factor.rows - 1) / factor.rows,
      columns: (fine.columns + factor.columns - 1) / factor.columns)
  }

  /// vᵀ·M, M being the matrix of coarse by fine tokens whose rows say in equal shares what a coarse token is made of.
  ///
  /// The rows of M sum to 1, so that v and what comes of it have the same sum.
  public func unpooled(_ vector: [Float]) -> [Float] {
    let coarse = coarse
    var spread = [Float](repeating: 0, count: fine.count)
    for (token, value) in vector.enumerated() where value != 0 {
      let (row, column) = (token / coarse.columns * factor.rows, token % coarse.columns * factor.columns)
      let rows = row..<min(row + factor.rows, fine.rows)
      let columns = column..<min(column + factor.columns, fine.columns)
      let share = value / Float(rows.count * columns.count)
      for y in rows { for x in columns { spread[y * fine.columns + x] = share } }
    }
    return spread
  }
}
