import XAIFoundation

/// Windows of a grid of tokens: attention goes from a token to those of its window, and no further.
///
/// Windows divide a grid that may have been padded, so that they divide it evenly, and shifted cyclically, so that those of
/// one layer reach across the borders of another's (Liu and others 2021, arXiv 2103.14030). Attention of such a layer is
/// [B·windows, heads, slots, slots]: windows row by row, and slots of a window row by row.
public struct AttentionWindows: Hashable, Sendable {
  /// Whether a grid is padded below and to the right before it is shifted, or what was shifted is padded.
  public enum Padding: String, Hashable, Sendable, Codable {
    /// Padding moves with the shift, into the last windows but not to their ends.
    case beforeShift = "before-shift"
    /// Tokens alone are shifted, and padding stays behind them.
    case afterShift = "after-shift"
  }

  /// Tokens from top to bottom and from left to right.
  public let grid: PatchGrid
  /// Slots of a window from top to bottom and from left to right.
  public let shape: PatchGrid
  /// Rows by which the grid is shifted up and columns by which it is shifted to the left.
  public let shift: PatchGrid
  /// What is padded.
  public let padding: Padding

  /// The token of each slot, window after window; −1 where it is padding.
  public let tokens: [Int]
  /// The region of each slot, window after window.
  ///
  /// A shift brings tokens together that aren't neighbours: those of different regions of a window don't attend to one
  /// another. Regions are counted from the padded end, as the libraries do it; where what was shifted is padded, that
  /// leaves some strangers together, and keeps some neighbours apart.
  public let regions: [Int]
  /// The slot of each token, counted through all windows.
  private let slots: [Int]
  /// The tokens of each window, in the order of its slots, without padding.
  private let members: [[Int]]
  /// The slots of each window that are no padding; nil where all of its slots are tokens.
  private let memberSlots: [[Int]?]

  /// Divides a grid into windows; traps for a window that is empty, or no larger than its shift.
  public init(
    grid: PatchGrid, shape: PatchGrid, shift: PatchGrid = PatchGrid(rows: 0, columns: 0),
    padding: Padding = .beforeShift
  ) {
    require(
      shape.count > 0 && shift.rows < shape.rows && shift.columns < shape.columns,
      "windows of \(shape) can't be shifted by \(shift)")
    (self.grid, self.shape, self.shift, self.padding) = (grid, shape, shift, padding)
    let rows = Self.axis(grid.rows, window: shape.rows, shift: shift.rows, padding)
    let columns = Self.axis(grid.columns, window: shape.columns, shift: shift.columns, padding)
    var (tokens, regions): ([Int], [Int]) = ([], [])
    var slots = [Int](repeating: 0, count: grid.count)
    for top in stride(from: 0, to: rows.count, by: shape.rows) {
      for left in stride(from: 0, to: columns.count, by: shape.columns) {
        for row in rows[top..<top + shape.rows] {
          for column in columns[left..<left + shape.columns] {
            let isToken = row.source < grid.rows && column.source < grid.columns
            let token = isToken ? row.source * grid.columns + column.source : -1
            if isToken { slots[token] = tokens.count }
            tokens.append(token)
            regions.append(3 * row.region + column.region)
          }
        }
      }
    }
    (self.tokens, self.regions, self.slots) = (tokens, regions, slots)
    let windows = stride(from: 0, to: tokens.count, by: shape.count).map { tokens[$0..<$0 + shape.count] }
    members = windows.map { $0.filter { $0 >= 0 } }
    memberSlots = windows.map { window in
      window.contains(-1) ? window.indices.filter { window[$0] >= 0 }.map { $0 - window.startIndex } : nil
    }
  }

  /// Where each place of a padded and shifted axis comes from, which is beyond the tokens for padding, and its region.
  private static func axis(
    _ count: Int, window: Int, shift: Int, _ padding: Padding
  ) -> [(source: Int, region: Int)] {
    let padded = (count + window - 1) / window * window
    return (0..<padded).map { place in
      let source =
        switch padding {
        case .beforeShift: (place + shift) % padded
        case .afterShift: place < count ? (place + shift) % count : place
        }
      guard shift > 0 else { return (source, 0) }
      return (source, (place >= padded - window ? 1 : 0) + (place >= padded - shift ? 1 : 0))
    }
  }

  /// How many windows there are.
  public var count: Int { members.count }
  /// Slots of a window.
  public var size: Int { shape.count }
  /// Whether some slots are padding.
  public var hasPadding: Bool { tokens.count > grid.count }

  /// The window of a token, and its slot there.
  public func place(of token: Int) -> (window: Int, slot: Int) {
    (window: slots[token] / size, slot: slots[token] % size)
  }

  /// The tokens of a window, in the order of its slots, without padding.
  public func tokens(ofWindow window: Int) -> [Int] { members[window] }

  /// The slots of a window's tokens; nil where all of its slots are tokens.
  func tokenSlots(ofWindow window: Int) -> [Int]? { memberSlots[window] }
}

extension AttentionWindows: Codable {
  private enum CodingKeys: String, CodingKey {
    case grid, shape, shift, padding
  }

  /// Reads what the windows follow from.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      grid: try values.decode(PatchGrid.self, forKey: .grid),
      shape: try values.decode(PatchGrid.self, forKey: .shape),
      shift: try values.decode(PatchGrid.self, forKey: .shift),
      padding: try values.decode(Padding.self, forKey: .padding))
  }

  /// Writes what the windows follow from.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(grid, forKey: .grid)
    try values.encode(shape, forKey: .shape)
    try values.encode(shift, forKey: .shift)
    try values.encode(padding, forKey: .padding)
  }
}
