import Testing

@testable import XAITensor

/// What tensors are asked for wherever they live, against loops that do the same element by element.
struct TensorOperationTests {
  /// Counts on both sides of the blocks that formulas are evaluated in.
  static let counts = [0, 1, 1_023, 1_024, 1_025, 3_300]

  private func random(_ count: Int, seed: UInt64) -> Tensor {
    var random = TestRandom(seed: seed)
    return random.tensor([count])
  }

  /// Every step of a formula, on operands of which two are shorter and begin again at their ends.
  @Test(arguments: counts)
  func formulas(count: Int) {
    let (x, y) = (random(count, seed: 1), random(count, seed: 2))
    let (few, rows) = (random(7, seed: 3), random(3, seed: 4))
    let (a, b, c) = (Elementwise.operand(0), Elementwise.operand(1), Elementwise.operand(2))
    let d = Elementwise.operand(3, each: 5)
    let formula = Elementwise.where(
      a, isLessThan: b, then: a / b + .absolute(c) * d,
      otherwise: .where(isZero: b - b.positivePart, then: (a - 0.25).positivePart, otherwise: 9))
    let result = Tensor.map([x, y, few, rows], to: [count], formula).elements
    let (xs, ys, fews, rowsOf) = (x.elements, y.elements, few.elements, rows.elements)
    let expected = (0..<count).map { i -> Float in
      if xs[i] < ys[i] { return xs[i] / ys[i] + abs(fews[i % 7]) * rowsOf[i / 5 % 3] }
      return ys[i] < 0 ? 9 : max(xs[i] - 0.25, 0)
    }
    #expect(result == expected)
  }

  /// The larger of two numbers is as Swift's `max` has it where both are equal, and where one is none.
  @Test func maximum() {
    let numbers: [Float] = [-0.0, 0.0, -1, 1, .infinity, .nan]
    let x = Tensor([numbers.count], numbers)
    let result = Tensor.map([x], to: x.shape, Elementwise.operand(0).positivePart).elements
    #expect(result.map(\.bitPattern) == numbers.map { max($0, 0).bitPattern })
  }

  /// Rows of two tensors, some of them twice, and zeros.
  @Test func rows() {
    let (x, y) = (Tensor([2, 3], [1, 2, 3, 4, 5, 6]), Tensor([1, 3], [7, 8, 9]))
    let result = Tensor.gathering([2, -1, 0, 2, 1], of: [x, y], columns: 3, shape: [5, 3])
    #expect(result.elements == [7, 8, 9, 0, 0, 0, 1, 2, 3, 7, 8, 9, 4, 5, 6])
    #expect(x.gathering([5, 0], columns: 1, shape: [2]).elements == [6, 1])
  }

  /// Rows of weighted rows, some of them none, from 0 in the order of their terms.
  @Test(arguments: [1, 5])
  func combinations(columns: Int) {
    let x = random(4 * columns, seed: 8)
    let terms: [[(Int, Float)]] = [[(2, 0.25), (0, -3), (2, 0.1)], [], [(3, 1)]]
    let result = x.combining(
      RowCombinations(terms.map { $0.map { .init(source: $0, weight: $1) } }), columns: columns)
    let elements = x.elements
    let expected = terms.flatMap { row in
      (0..<columns).map { column in row.reduce(Float(0)) { $0 + $1.1 * elements[$1.0 * columns + column] } }
    }
    #expect(result.shape == [3, columns])
    #expect(result.elements == expected)
  }

  /// Dimensions in any order, some of them of extent 1 or 0.
  @Test(arguments: [[2, 3, 4], [3, 1, 5], [1, 1, 1], [2, 0, 3]])
  func permutations(_ extents: [Int]) {
    let x = random(extents.reduce(1, *), seed: 9)
    let elements = x.elements
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
      let shape = TensorShape(order.map { extents[$0] })
      let result = x.permuting(extents, to: order, shape: shape)
      var expected: [Float] = []
      for i in 0..<shape[0] {
        for j in 0..<shape[1] {
          for k in 0..<shape[2] {
            var place = [0, 0, 0]
            for (dimension, index) in zip(order, [i, j, k]) { place[dimension] = index }
            expected.append(elements[(place[0] * extents[1] + place[1]) * extents[2] + place[2]])
          }
        }
      }
      #expect(result.shape == shape)
      #expect(result.elements == expected, "\(extents) in the order \(order)")
    }
  }

  /// Columns of rows become those of a tensor of as many rows, or of fewer that are repeated; no other tensor changes.
  @Test(arguments: [1, 2, 4])
  func columns(_ rows: Int) {
    let (x, y) = (random(4 * 5, seed: 10).reshaped(to: [4, 5]), random(rows * 2, seed: 11))
    let (before, own) = (x.elements, y.elements)
    var buffer = TensorBuffer(reusing: x)
    buffer.replace(columns: 1..<3, ofRows: 5, by: y)
    let expected = (0..<20).map { index in
      (1..<3).contains(index % 5) ? own[index / 5 % rows * 2 + index % 5 - 1] : before[index]
    }
    #expect(buffer.freeze().elements == expected)
    #expect(x.elements == before)
    buffer = TensorBuffer(reusing: x)
    buffer.replace(columns: 2..<2, ofRows: 5, by: Tensor([4, 0], []))
    #expect(buffer.freeze().elements == before)
  }

  /// Sums run from 0 in ascending order, bit by bit, whether what they run over lies densely or not.
  @Test(arguments: [1, 2, 1_100], [0, 1, 5, 1_300])
  func sums(inner: Int, middle: Int) {
    let x = random(2 * middle * inner, seed: 5)
    let result = Tensor.sum(
      Elementwise.operand(0) * .operand(0), of: [x], outer: 2, middle: middle, inner: inner)
    let elements = x.elements
    var expected = [Float](repeating: 0, count: 2 * inner)
    for outer in 0..<2 {
      for line in 0..<middle {
        for i in 0..<inner {
          let value = elements[(outer * middle + line) * inner + i]
          expected[outer * inner + i] += value * value
        }
      }
    }
    #expect(result.shape == [2, inner])
    #expect(result.elements == expected)
  }

  /// Sums in double precision, of terms in either.
  @Test(arguments: [true, false])
  func doubleSums(inDouble: Bool) {
    let (rows, columns) = (3, 1_300)
    let x = random(rows * columns, seed: 6)
    let result = Tensor.sums(
      Elementwise.operand(0) * .operand(0), of: [x], inDouble: inDouble, rows: rows, columns: columns,
      at: "test")
    let elements = x.elements
    let expected = (0..<rows).map { row in
      elements[row * columns..<(row + 1) * columns].reduce(0.0) {
        $0 + (inDouble ? Double($1) * Double($1) : Double($1 * $1))
      }
    }
    #expect(result == expected)
  }

  /// Norms of parts that lie apart, of the groups that count, against sums in double precision.
  @Test(arguments: [1, 16, 37])
  func norms(entries: Int) {
    let (rows, groups, parts) = (2, 4, 3)
    let x = random(rows * groups * parts * entries, seed: 7)
    let result = x.norms(
      PartNorms(rows: rows, groups: groups, counted: 1..<4, parts: parts, entries: entries))
    #expect(result.shape == [rows, parts, 3])
    let elements = x.elements
    for row in 0..<rows {
      for part in 0..<parts {
        let values = (1..<4).flatMap { group -> ArraySlice<Float> in
          let start = ((row * groups + group) * parts + part) * entries
          return elements[start..<start + entries]
        }.map(Double.init)
        let place = (row * parts + part) * 3
        let expected = [
          values.reduce(0) { $0 + abs($1) }, values.reduce(0) { $0 + $1 * $1 }.squareRoot(),
          Double(values.count(where: { $0 < 0 })) / Double(values.count),
        ]
        expectEqual(
          Array(result.elements[place..<place + 3]), expected, within: { max(expected[$0], 1) * 0x1p-21 })
      }
    }
  }
}
