import Foundation
import Testing
import XAICore

@Suite struct AttentionWindowsTests {
  /// A grid, its windows, and how they are shifted.
  struct Case: Sendable, CustomTestStringConvertible {
    let grid: PatchGrid
    let shape: PatchGrid
    let shift: PatchGrid
    let padding: AttentionWindows.Padding

    var testDescription: String { "\(grid) in \(shape), shifted by \(shift), \(padding.rawValue)" }
    var windows: AttentionWindows {
      AttentionWindows(grid: grid, shape: shape, shift: shift, padding: padding)
    }

    static let all: [Case] = AttentionWindows.Padding.allPaddings.flatMap { padding in
      [
        (PatchGrid(rows: 4, columns: 4), PatchGrid(rows: 2, columns: 2), PatchGrid(rows: 0, columns: 0)),
        (PatchGrid(rows: 6, columns: 6), PatchGrid(rows: 3, columns: 3), PatchGrid(rows: 1, columns: 1)),
        (PatchGrid(rows: 5, columns: 7), PatchGrid(rows: 3, columns: 3), PatchGrid(rows: 1, columns: 1)),
        (PatchGrid(rows: 5, columns: 7), PatchGrid(rows: 5, columns: 4), PatchGrid(rows: 0, columns: 2)),
        (PatchGrid(rows: 3, columns: 4), PatchGrid(rows: 3, columns: 3), PatchGrid(rows: 0, columns: 0)),
        (PatchGrid(rows: 2, columns: 3), PatchGrid(rows: 4, columns: 4), PatchGrid(rows: 2, columns: 2)),
      ].map { Case(grid: $0.0, shape: $0.1, shift: $0.2, padding: padding) }
    }
  }

  /// A padded and rolled grid of token numbers, −1 being padding, made the way PyTorch would.
  private func arranged(_ windows: AttentionWindows) -> [[Int]] {
    let (grid, shape, shift) = (windows.grid, windows.shape, windows.shift)
    var rows = (0..<grid.rows).map { row in (0..<grid.columns).map { row * grid.columns + $0 } }
    func pad() {
      let columns = (grid.columns + shape.columns - 1) / shape.columns * shape.columns
      rows = rows.map { $0 + Array(repeating: -1, count: columns - $0.count) }
      while rows.count % shape.rows > 0 { rows.append(Array(repeating: -1, count: columns)) }
    }
    func roll() {
      rows = Array(rows.dropFirst(shift.rows) + rows.prefix(shift.rows))
      rows = rows.map { Array($0.dropFirst(shift.columns) + $0.prefix(shift.columns)) }
    }
    switch windows.padding {
    case .beforeShift:
      pad()
      roll()
    case .afterShift:
      roll()
      pad()
    }
    return rows
  }

  @Test("slots hold what padding, rolling and cutting leave there", arguments: Case.all)
  func slots(_ example: Case) {
    let windows = example.windows
    let (rows, shape) = (arranged(windows), windows.shape)
    var expected: [Int] = []
    for top in stride(from: 0, to: rows.count, by: shape.rows) {
      for left in stride(from: 0, to: rows[0].count, by: shape.columns) {
        for row in top..<top + shape.rows { expected += rows[row][left..<left + shape.columns] }
      }
    }
    #expect(windows.tokens == expected)
    #expect(windows.count * windows.size == expected.count)
    #expect(windows.hasPadding == expected.contains(-1))
  }

  @Test("every token has one slot, and is found there", arguments: Case.all)
  func places(_ example: Case) {
    let windows = example.windows
    #expect(windows.tokens.filter { $0 >= 0 }.sorted() == Array(0..<windows.grid.count))
    for token in 0..<windows.grid.count {
      let (window, slot) = windows.place(of: token)
      #expect(windows.tokens[window * windows.size + slot] == token)
      #expect(windows.tokens(ofWindow: window).contains(token))
    }
  }

  @Test(
    "regions of a window keep their tokens' distances",
    arguments: Case.all.filter { $0.padding == .beforeShift || !$0.windows.hasPadding })
  func regions(_ example: Case) {
    let windows = example.windows
    for window in 0..<windows.count {
      let slots = (0..<windows.size).filter { windows.tokens[window * windows.size + $0] >= 0 }
      for a in slots {
        for b in slots {
          let (first, second) = (window * windows.size + a, window * windows.size + b)
          let (own, other) = (windows.tokens[first], windows.tokens[second])
          let columns = windows.grid.columns
          let rowsApart =
            own / columns - other / columns == a / windows.shape.columns - b / windows.shape.columns
          let columnsApart =
            own % columns - other % columns == a % windows.shape.columns - b % windows.shape.columns
          guard windows.regions[first] == windows.regions[second] else { continue }
          #expect(rowsApart && columnsApart, "tokens \(own) and \(other) of window \(window)")
        }
      }
    }
  }

  @Test("is written as what it follows from", arguments: Case.all)
  func json(_ example: Case) throws {
    let data = try JSONEncoder().encode(example.windows)
    #expect(try JSONDecoder().decode(AttentionWindows.self, from: data) == example.windows)
    #expect(data.count < 200)
  }
}

extension AttentionWindows.Padding {
  fileprivate static let allPaddings: [Self] = [.beforeShift, .afterShift]
}

@Suite struct TokenMergeTests {
  @Test("a coarse token is shared out in equal parts among those that it is made of")
  func spread() {
    let merge = TokenMerge(PatchGrid(rows: 3, columns: 5))
    #expect(merge.coarse == PatchGrid(rows: 2, columns: 3))
    let spread = merge.unpooled([4, 8, 2, 6, 10, 3])
    #expect(spread == [1, 1, 2, 2, 1, 1, 1, 2, 2, 1, 3, 3, 5, 5, 3])
    #expect(spread.reduce(0, +) == 33)
  }

  @Test("rows sum to 1 on every size", arguments: 1...6, 1...6)
  func sums(_ rows: Int, _ columns: Int) {
    let merge = TokenMerge(PatchGrid(rows: rows, columns: columns), by: PatchGrid(rows: 2, columns: 3))
    for token in 0..<merge.coarse.count {
      var vector = [Float](repeating: 0, count: merge.coarse.count)
      vector[token] = 1
      let sum = merge.unpooled(vector).reduce(0, +)
      #expect(abs(sum - 1) < 1e-6)
    }
  }
}
