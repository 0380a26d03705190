import Testing
import XAIFoundation
import XAITesting

@testable import XAICore

/// Weighted least squares against Gauss's elimination with pivots.
@Suite struct NormalEquationsTests {
  private func eliminated(_ matrix: [[Double]], _ right: [Double]) -> [Double] {
    var rows = zip(matrix, right).map { $0 + [$1] }
    let count = rows.count
    for column in 0..<count {
      let pivot = (column..<count).max { abs(rows[$0][column]) < abs(rows[$1][column]) } ?? column
      rows.swapAt(column, pivot)
      for row in 0..<count where row != column {
        let factor = rows[row][column] / rows[column][column]
        for k in column...count { rows[row][k] -= factor * rows[column][k] }
      }
    }
    return (0..<count).map { rows[$0][count] / rows[$0][$0] }
  }

  @Test("the solution of every right-hand side", arguments: [1, 2, 5, 30])
  func solutions(_ unknowns: Int) throws {
    var random = SeededRandom(seed: UInt64(unknowns))
    func draw(_ count: Int) -> [Double] { (0..<count).map { _ in Double(random.normal()) } }
    let rows = (0..<3 * unknowns).map { _ in draw(unknowns) }
    let values = rows.map { _ in draw(2) }
    let weights = rows.map { _ in Double(random.uniform()) + 0.1 }
    let ridge = (0..<unknowns).map { Double($0 % 3) / 2 }
    var equations = NormalEquations(unknowns: unknowns, sides: 2)
    for index in rows.indices { equations.add(rows[index], values: values[index], weight: weights[index]) }
    let found = try #require(equations.solution(ridge: ridge))
    for side in 0..<2 {
      let matrix = (0..<unknowns).map { i in
        (0..<unknowns).map { j in
          rows.indices.reduce(i == j ? ridge[i] : 0) { $0 + weights[$1] * rows[$1][i] * rows[$1][j] }
        }
      }
      let right = (0..<unknowns).map { i in
        rows.indices.reduce(0) { $0 + weights[$1] * rows[$1][i] * values[$1][side] }
      }
      for (a, b) in zip(found[side], eliminated(matrix, right)) {
        #expect(abs(a - b) < 1e-9 * max(abs(b), 1))
      }
    }
  }

  @Test("what the rows don't determine has no solution")
  func singular() {
    var equations = NormalEquations(unknowns: 2, sides: 1)
    equations.add([1, 1], values: [1], weight: 1)
    equations.add([2, 2], values: [2], weight: 1)
    #expect(equations.solution(ridge: [0, 0]) == nil)
    #expect(equations.solution(ridge: [1, 1]) != nil)
    #expect(NormalEquations(unknowns: 3, sides: 1).solution(ridge: [0, 0, 0]) == nil)
  }
}
