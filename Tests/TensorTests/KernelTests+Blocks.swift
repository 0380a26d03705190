import Foundation
import Testing

@testable import XAITensor

/// GELU by a sigmoid, rotations, and rows over their size, against their formulas in double precision.
struct BlockOperationTests {
  /// From tail to tail.
  private let inputs: [Float] = (-3_000...3_000).map { Float($0) * 4e-3 } + [0, -0.0, 1e3, -1e3]

  private func argument(_ x: Double, _ form: SigmoidGELU) -> Double {
    switch form {
    case .tanh: 2 * (2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)
    case .quick: 1.702 * x
    }
  }

  private func slope(_ x: Double, _ form: SigmoidGELU) -> Double {
    switch form {
    case .tanh: 2 * (2 / Double.pi).squareRoot() * (1 + 3 * 0.044715 * x * x)
    case .quick: 1.702
    }
  }

  private func logistic(_ u: Double) -> Double { 1 / (1 + exp(-u)) }

  @Test("GELU by tanh is the published formula")
  func tanhForm() {
    for x in stride(from: -4.0, through: 4.0, by: 0.37) {
      let published = 0.5 * x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
      #expect(abs(published - x * logistic(argument(x, .tanh))) < 1e-12)
    }
  }

  @Test(arguments: KernelsUnderTest.all, [SigmoidGELU.tanh, .quick])
  func sigmoidGELU(_ test: KernelsUnderTest, _ form: SigmoidGELU) {
    let y = test.kernels.sigmoidGELU(Tensor([inputs.count], inputs), form)
    let expected = inputs.map { Double($0) * logistic(argument(Double($0), form)) }
    expectEqual(y.elements, expected, within: { 2e-6 * abs(Double(inputs[$0])) + 1e-30 })
  }

  /// Two targets of one forward pass.
  @Test(arguments: KernelsUnderTest.all, [SigmoidGELU.tanh, .quick])
  func sigmoidGELUBackward(_ test: KernelsUnderTest, _ form: SigmoidGELU) {
    var random = TestRandom()
    let (x, count) = (Tensor([inputs.count], inputs), inputs.count)
    let dy = random.tensor([2, count])
    var gradient = dy.buffer()
    var ratio = dy.buffer()
    test.kernels.sigmoidGELUBackward(x, form, gradient: &gradient)
    test.kernels.sigmoidGELURatio(x, form, gradient: &ratio)
    let slopes = inputs.map { x -> Double in
      let (x, s) = (Double(x), logistic(argument(Double(x), form)))
      return s * (1 + x * (1 - s) * slope(x, form))
    }
    expectEqual(
      gradient.freeze(), dy.doubles.enumerated().map { $1 * slopes[$0 % count] }, within: 3e-6, "gradient")
    expectEqual(
      ratio.freeze(),
      dy.doubles.enumerated().map { $1 * logistic(argument(Double(inputs[$0 % count]), form)) },
      within: 2e-6, "ratio")
  }

  @Test(
    arguments: KernelsUnderTest.all, [Rotation.Pairing.adjacent, .halves]
  )
  func rotatePairs(_ test: KernelsUnderTest, _ pairing: Rotation.Pairing) {
    for extents in [[1, 3, 2], [4, 2, 16], [10, 3, 34]] { rotatePairs(test, pairing, extents) }
  }

  private func rotatePairs(_ test: KernelsUnderTest, _ pairing: Rotation.Pairing, _ extents: [Int]) {
    var random = TestRandom(seed: 4)
    let (tokens, groups, columns) = (extents[0], extents[1], extents[2])
    // Two images share the tokens' angles.
    let x = random.tensor(TensorShape([2 * tokens, groups, columns]))
    let angles = random.tensor([tokens, columns / 2], in: -4...4)
    let rotation = Rotation(
      cosines: Tensor(angles.shape, angles.elements.map { cosf($0) }),
      sines: Tensor(angles.shape, angles.elements.map { sinf($0) }), pairing: pairing)
    let theta = angles.doubleRows
    let expected = x.doubleRows.enumerated().flatMap { index, row -> [Double] in
      var rotated = row
      for pair in 0..<columns / 2 {
        let angle = theta[index / groups % tokens][pair]
        let (i, j) = pairing == .adjacent ? (2 * pair, 2 * pair + 1) : (pair, pair + columns / 2)
        rotated[i] = row[i] * cos(angle) - row[j] * sin(angle)
        rotated[j] = row[j] * cos(angle) + row[i] * sin(angle)
      }
      return rotated
    }
    let rotated = test.kernels.rotatePairs(of: x, by: rotation, inverted: false)
    #expect(rotated.shape == x.shape)
    expectEqual(rotated, expected, within: 5e-7)
    expectEqual(test.kernels.rotatePairs(of: rotated, by: rotation, inverted: true), x.doubles, within: 1e-6)
  }

  private func factor(_ row: [Double], _ size: RowSize) -> Double {
    let sum = row.reduce(0) { $0 + $1 * $1 }
    switch size {
    case .rootMeanSquare(let epsilon): return 1 / (sum / Double(row.count) + Double(epsilon)).squareRoot()
    case .euclidean(let epsilon): return 1 / max(sum.squareRoot(), Double(epsilon))
    }
  }

  @Test(
    arguments: KernelsUnderTest.all,
    [RowSize.rootMeanSquare(epsilon: 1e-5), .euclidean(epsilon: 1e-6), .euclidean(epsilon: 3)])
  func rowsOverTheirSize(_ test: KernelsUnderTest, _ size: RowSize) {
    for columns in [1, 16, 37, 600] { rowsOverTheirSize(test, size, columns) }
  }

  private func rowsOverTheirSize(_ test: KernelsUnderTest, _ size: RowSize, _ columns: Int) {
    var random = TestRandom(seed: 5)
    let (x, dy) = (random.tensor([5, columns]), random.tensor([10, columns]))
    let expected = x.doubleRows.flatMap { row in row.map { $0 * factor(row, size) } }
    expectEqual(test.kernels.normaliseRows(x, by: size), expected, within: 1e-6)
    for isConstant in [false, true] {
      let dx = test.kernels.normaliseRowsBackward(dy, x: x, by: size, constantSize: isConstant)
      let gradient = dy.doubleRows.enumerated().flatMap { index, dy -> [Double] in
        let row = x.doubleRows[index % 5]
        let (r, sum) = (factor(row, size), zip(row, dy).reduce(0) { $0 + $1.0 * $1.1 })
        // dr/dx of r = (Σx²/n + ε)^(−1/2) is −r³·x/n, and of 1/√Σx² it is −r³·x; none where ε takes its place.
        let change: Double
        switch size {
        case .rootMeanSquare: change = r * r * r / Double(columns)
        case .euclidean(let epsilon): change = 1 / r > Double(epsilon) * 1.000001 ? r * r * r : 0
        }
        return row.indices.map { r * dy[$0] - (isConstant ? 0 : change * row[$0] * sum) }
      }
      expectEqual(
        dx.elements, gradient,
        within: { 1e-5 * factor(x.doubleRows[$0 / columns % 5], size) * Double(columns).squareRoot() })
    }
  }

  @Test(arguments: KernelsUnderTest.all, [[1, 1], [3, 16], [300, 33]])
  func columnSumsOfProducts(_ test: KernelsUnderTest, _ extents: [Int]) {
    var random = TestRandom(seed: 6)
    let (x, y) = (random.tensor(TensorShape(extents)), random.tensor(TensorShape(extents)))
    let expected = (0..<extents[1]).map { column in
      zip(x.doubleRows, y.doubleRows).reduce(0) { $0 + $1.0[column] * $1.1[column] }
    }
    let sums = test.kernels.columnSums(ofProducts: x, y)
    #expect(sums.shape == [extents[1]])
    expectEqual(sums, expected, within: 1e-6 * Double(extents[0]))
  }
}
