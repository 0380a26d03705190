import Testing
import XAICore
import XAIFoundation
import XAITensor
import XAITesting

@testable import XAITransformer

@Suite struct RelativeOffsetsTests {
  static let grids = [
    PatchGrid(rows: 1, columns: 1), PatchGrid(rows: 3, columns: 3), PatchGrid(rows: 2, columns: 5),
  ]

  /// The row of the table by the definition, from places on the grid; nil is the class token.
  private func row(_ query: Int?, _ key: Int?, _ grid: PatchGrid) -> Int {
    let (rows, columns) = (2 * grid.rows - 1, 2 * grid.columns - 1)
    guard let query else { return rows * columns + (key == nil ? 2 : 0) }
    guard let key else { return rows * columns + 1 }
    let down = query / grid.columns - key / grid.columns
    let across = query % grid.columns - key % grid.columns
    return (down + grid.rows - 1) * columns + across + grid.columns - 1
  }

  @Test("scores are read from the table by the offset of query and key", arguments: grids)
  func scores(_ grid: PatchGrid) {
    let offsets = RelativeOffsets(grid: grid)
    var random = SeededRandom(seed: 3)
    let table = random.normal([offsets.count, 2])
    let scores = offsets.scores(from: table)
    let count = grid.count + 1
    #expect(scores.shape == [1, 2, count, count])
    for head in 0..<2 {
      for query in 0..<count {
        for key in 0..<count {
          let row = row(query > 0 ? query - 1 : nil, key > 0 ? key - 1 : nil, grid)
          #expect(scores[0][head][query].elements[key] == table[row].elements[head])
        }
      }
    }
  }

  @Test("the gradient of a table is the reverse of reading it", arguments: grids)
  func gradient(_ grid: PatchGrid) {
    let offsets = RelativeOffsets(grid: grid)
    var random = SeededRandom(seed: 4)
    let table = random.normal([offsets.count, 3])
    let gradient = random.normal([3, grid.count + 1, grid.count + 1])
    func product(_ a: Tensor, _ b: Tensor) -> Double {
      zip(a.elements, b.elements).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    let (forward, reverse) = (
      product(offsets.scores(from: table), gradient), product(table, offsets.table(from: gradient))
    )
    #expect(abs(forward - reverse) < 1e-4)
  }

  @Test("a table for another grid keeps the class token's rows")
  func resized() {
    let (small, large) = (PatchGrid(rows: 3, columns: 3), PatchGrid(rows: 5, columns: 4))
    let offsets = RelativeOffsets(grid: small)
    var random = SeededRandom(seed: 5)
    let table = random.normal([offsets.count, 2])
    for interpolation in [GridInterpolation.bilinear, .geometric] {
      let resized = offsets.resized(table, to: large, by: interpolation)
      #expect(resized.shape == [9 * 7 + 3, 2])
      #expect(resized[9 * 7..<9 * 7 + 3].elements == table[25..<28].elements)
      // Offset zero is in the middle of either.
      #expect(zip(resized[31].elements, table[12].elements).allSatisfy { abs($0 - $1) < 1e-6 })
    }
  }
}
