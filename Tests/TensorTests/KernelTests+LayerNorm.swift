import Testing

@testable import XAITensor

struct LayerNormTests {
  static let widths = [1, 2, 5, 16, 17, 40, 192, 771]
  private let epsilon: Float = 1e-6

  @Test(arguments: KernelsUnderTest.all)
  func rows(_ test: KernelsUnderTest) {
    for columns in Self.widths {
      var random = TestRandom()
      let x = random.tensor([2, 3, columns], in: -5...7)
      let (weight, bias) = (random.tensor([columns]), random.tensor([columns]))
      let (y, statistics) = test.kernels.layerNorm(x, weight: weight, bias: bias, epsilon: epsilon)
      let rows = x.doubleRows
      let expected = rows.flatMap {
        Naive.layerNorm($0, weight: weight.doubles, bias: bias.doubles, epsilon: Double(epsilon))
      }
      expectEqual(y, expected, within: 3e-6, "in rows of \(columns)")
      expectEqual(statistics.mean, rows.map { Naive.statistics($0).mean }, within: 1e-6, "in means")
      let variances = rows.map { Naive.statistics($0).variance }
      expectEqual(
        statistics.variance.elements, variances, within: { 1e-9 + 1e-6 * variances[$0] }, "in variances")
    }
  }

  /// Values 1000 ± 1: the mean must not eat the digits of the differences.
  @Test(arguments: KernelsUnderTest.all)
  func largeOffset(_ test: KernelsUnderTest) {
    var random = TestRandom()
    let columns = 768
    for offset: Float in [1_000, -30_000] {
      let x = random.tensor([4, columns], in: offset - 1...offset + 1)
      let (weight, bias) = (Tensor(repeating: 1, [columns]), Tensor(repeating: 0, [columns]))
      let (y, statistics) = test.kernels.layerNorm(x, weight: weight, bias: bias, epsilon: epsilon)
      let expected = x.doubleRows.flatMap {
        Naive.layerNorm($0, weight: weight.doubles, bias: bias.doubles, epsilon: Double(epsilon))
      }
      // x̂ can't be better than the mean as float32, which is what other implementations subtract.
      expectEqual(y, expected, within: 2e-6 + 3 * Double(offset.ulp), "at \(offset)")
      let variances = x.doubleRows.map { Naive.statistics($0).variance }
      expectEqual(statistics.variance.elements, variances, within: { 1e-4 * variances[$0] }, "at \(offset)")
    }
  }

  @Test(arguments: KernelsUnderTest.all)
  func constantAndSpoiltRows(_ test: KernelsUnderTest) {
    let columns = 21
    var elements = [Float](repeating: 3, count: 3 * columns)
    elements[columns + 2] = .nan
    let x = Tensor([3, columns], elements)
    let (y, _) = test.kernels.layerNorm(
      x, weight: Tensor(repeating: 2, [columns]), bias: Tensor(repeating: 0.5, [columns]), epsilon: epsilon)
    expectEqual(y[0], Array(repeating: 0.5, count: columns), within: 1e-3)
    #expect(y[1].elements.allSatisfy { $0.isNaN })
    expectEqual(y[2], Array(repeating: 0.5, count: columns), within: 1e-3)
  }

  @Test(arguments: KernelsUnderTest.all)
  func backward(_ test: KernelsUnderTest) {
    for columns in Self.widths where columns > 1 {
      for (repetitions, constantVariance, hasResidual) in [
        (1, false, false), (1, true, true), (3, false, true), (3, true, false),
      ] {
        var random = TestRandom()
        let x = random.tensor([4, columns], in: -2...3)
        let weight = random.tensor([columns])
        let dy = random.tensor([repetitions, 4, columns])
        let residual = random.tensor([repetitions, 4, columns])
        let (_, statistics) = test.kernels.layerNorm(x, weight: weight, bias: weight, epsilon: epsilon)
        let dx = test.kernels.layerNormBackward(
          dy, x: x, statistics: statistics, weight: weight, epsilon: epsilon,
          constantVariance: constantVariance,
          residual: hasResidual ? residual : nil)
        let rows = x.doubleRows
        var expected = dy.doubleRows.enumerated().flatMap { index, gradient in
          Naive.layerNormBackward(
            gradient: gradient, row: rows[index % 4], weight: weight.doubles, epsilon: Double(epsilon),
            constantVariance: constantVariance)
        }
        if hasResidual { expected = zip(expected, residual.doubles).map { $0 + $1 } }
        // The gradient grows with 1/√variance, which is what the tolerance follows.
        let largest = rows.map { 1 / Naive.statistics($0).variance.squareRoot() }.max() ?? 1
        expectEqual(
          dx, expected, within: 2e-6 * max(1, largest) * max(1, largest),
          "in rows of \(columns), \(repetitions) repetitions, \(constantVariance ? "constant variance" : "")")
      }
    }
  }

  @Test(arguments: KernelsUnderTest.all)
  func parameterGradients(_ test: KernelsUnderTest) {
    for (rows, columns) in [(1, 5), (7, 17), (300, 33)] {
      var random = TestRandom()
      let x = random.tensor([rows, columns], in: -2...3)
      let dy = random.tensor([rows, columns])
      let weight = Tensor(repeating: 1, [columns])
      let (_, statistics) = test.kernels.layerNorm(x, weight: weight, bias: weight, epsilon: epsilon)
      let gradients = test.kernels.layerNormParameterGradients(
        dy, x: x, statistics: statistics, epsilon: epsilon)
      var (weights, biases) = ([Double](repeating: 0, count: columns), [Double](repeating: 0, count: columns))
      for (row, gradient) in zip(x.doubleRows, dy.doubleRows) {
        let (mean, variance) = Naive.statistics(row)
        for column in 0..<columns {
          weights[column] +=
            gradient[column] * (row[column] - mean) / (variance + Double(epsilon)).squareRoot()
          biases[column] += gradient[column]
        }
      }
      let tolerance = 2e-7 * Double(rows) + 1e-6
      expectEqual(gradients.weight, weights, within: tolerance, "in weights of \(rows)×\(columns)")
      expectEqual(gradients.bias, biases, within: tolerance, "in biases of \(rows)×\(columns)")
      #expect(gradients.weight.shape == [columns] && gradients.bias.shape == [columns])
    }
  }

  @Test(arguments: KernelsUnderTest.all)
  func columnSums(_ test: KernelsUnderTest) {
    for (rows, columns) in [(0, 3), (1, 1), (5, 17), (129, 32), (1_000, 7)] {
      var random = TestRandom()
      let x = random.tensor([rows, columns], in: 0...1)
      var sums = [Double](repeating: 0, count: columns)
      for row in x.doubleRows { sums = zip(sums, row).map { $0 + $1 } }
      let actual = test.kernels.columnSums(x)
      expectEqual(actual, sums, within: 1e-6 * Double(max(rows, 1)), "of \(rows)×\(columns)")
      #expect(actual.shape == [columns])
    }
  }
}
