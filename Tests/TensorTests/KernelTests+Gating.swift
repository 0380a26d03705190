import Foundation
import Testing

@testable import XAITensor

struct GatingTests {
  @Test(arguments: KernelsUnderTest.all, [[1, 1], [3, 16], [2, 5, 33], [70, 768]])
  func scaledColumns(_ test: KernelsUnderTest, extents: [Int]) {
    var random = TestRandom()
    let (x, columns) = (random.tensor(TensorShape(extents)), extents[extents.count - 1])
    let (factors, residual) = (random.tensor([columns]), random.tensor(TensorShape(extents)))
    let (a, f, r) = (x.doubles, factors.doubles, residual.doubles)
    let alone = test.kernels.scaleColumns(of: x, by: factors, adding: nil)
    #expect(alone.shape == x.shape)
    expectEqual(alone, a.indices.map { a[$0] * f[$0 % columns] }, within: 1e-7)
    expectEqual(
      test.kernels.scaleColumns(of: x, by: factors, adding: residual),
      a.indices.map { a[$0] * f[$0 % columns] + r[$0] }, within: 3e-7)
  }

  /// Gates from far left to far right, with other halves of every size.
  private func rows(_ columns: Int) -> Tensor {
    var random = TestRandom(seed: 2)
    let gates = (0..<4 * columns).map { Float($0 - 2 * columns) * 40 / Float(columns) }
    let values = random.tensor([4 * columns], in: -3...3).elements
    return Tensor(
      [4, 2 * columns],
      (0..<4).flatMap { row -> [Float] in
        let range = row * columns..<(row + 1) * columns
        return Array(gates[range]) + Array(values[range])
      })
  }

  private func logistic(_ a: Double) -> Double { 1 / (1 + exp(-a)) }

  @Test(arguments: KernelsUnderTest.all, [1, 16, 37, 600])
  func swiGLU(_ test: KernelsUnderTest, columns: Int) {
    let x = rows(columns)
    let y = test.kernels.swiGLU(x)
    #expect(y.shape == [4, columns])
    let expected = x.doubleRows.flatMap { row in
      (0..<columns).map { row[$0] * logistic(row[$0]) * row[columns + $0] }
    }
    expectEqual(y.elements, expected, within: { 1e-6 * abs(expected[$0]) + 1e-30 })
  }

  /// Two targets of one forward pass.
  @Test(arguments: KernelsUnderTest.all, [1, 16, 37, 600])
  func swiGLUBackward(_ test: KernelsUnderTest, columns: Int) {
    var random = TestRandom(seed: 3)
    let (x, dy) = (rows(columns), random.tensor([8, columns]))
    let dx = test.kernels.swiGLUBackward(x, gradient: dy)
    #expect(dx.shape == [8, 2 * columns])
    let (forward, gradient) = (x.doubleRows, dy.doubleRows)
    let expected = (0..<8).flatMap { row -> [Double] in
      let (a, b) = (forward[row % 4].prefix(columns), Array(forward[row % 4].dropFirst(columns)))
      let slopes = a.map { logistic($0) * (1 + $0 * (1 - logistic($0))) }
      return (0..<columns).map { gradient[row][$0] * b[$0] * slopes[$0] }
        + (0..<columns).map { gradient[row][$0] * a[$0] * logistic(a[$0]) }
    }
    expectEqual(dx.elements, expected, within: { 2e-6 * abs(expected[$0]) + 1e-6 })
  }

  /// Two targets of one forward pass.
  @Test(arguments: KernelsUnderTest.all, [1, 16, 37, 600])
  func swiGLURatio(_ test: KernelsUnderTest, columns: Int) {
    var random = TestRandom(seed: 3)
    let (x, dy) = (rows(columns), random.tensor([8, columns]))
    let dx = test.kernels.swiGLURatio(x, gradient: dy, gate: 0.25, value: 0.75)
    #expect(dx.shape == [8, 2 * columns])
    let (forward, gradient) = (x.doubleRows, dy.doubleRows)
    let expected = (0..<8).flatMap { row -> [Double] in
      let (a, b) = (forward[row % 4].prefix(columns), Array(forward[row % 4].dropFirst(columns)))
      return (0..<columns).map { 0.25 * gradient[row][$0] * b[$0] * logistic(a[$0]) }
        + (0..<columns).map { 0.75 * gradient[row][$0] * a[$0] * logistic(a[$0]) }
    }
    expectEqual(dx.elements, expected, within: { 2e-6 * abs(expected[$0]) + 1e-30 })
  }

  @Test(arguments: KernelsUnderTest.all)
  func nonFiniteElements(_ test: KernelsUnderTest) {
    let y = test.kernels.swiGLU(Tensor([2, 4], [.nan, 200, 1, 1, -200, 0, 1, .nan])).elements
    #expect(y[0].isNaN && y[1] == 200 && abs(y[2]) < 1e-30 && y[3].isNaN)
  }
}
