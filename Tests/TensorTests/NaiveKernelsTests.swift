import Testing

/// The backward formulas, against central differences of the forward ones: all in double precision.
struct NaiveKernelsTests {
  /// The gradient of Σ f(x)·cotangent by central differences.
  private func differences(
    _ x: [Double], cotangent: [Double], step: Double = 1e-5, _ function: ([Double]) -> [Double]
  ) -> [Double] {
    x.indices.map { index in
      let values = [step, -step].map { shift in
        var moved = x
        moved[index] += shift
        return zip(function(moved), cotangent).map { $0 * $1 }.reduce(0, +)
      }
      return (values[0] - values[1]) / (2 * step)
    }
  }

  private func numbers(_ count: Int, seed: UInt64) -> [Double] {
    var random = TestRandom(seed: seed)
    return (0..<count).map { _ in Double.random(in: -2...2, using: &random) }
  }

  private func expectClose(_ actual: [Double], _ expected: [Double]) {
    for (index, (a, e)) in zip(actual, expected).enumerated() {
      #expect(abs(a - e) < 1e-8, "element \(index)")
    }
  }

  @Test func softmax() {
    let (x, dy) = (numbers(9, seed: 1), numbers(9, seed: 2))
    let expected = differences(x, cotangent: dy) { Naive.softmax($0) }
    let y = Naive.softmax(x)
    expectClose(Naive.softmaxBackward(output: y, gradient: dy), expected)
  }

  @Test func layerNorm() {
    let (x, dy) = (numbers(7, seed: 3), numbers(7, seed: 4))
    let (weight, bias) = (numbers(7, seed: 5), numbers(7, seed: 6))
    let expected = differences(x, cotangent: dy) {
      Naive.layerNorm($0, weight: weight, bias: bias, epsilon: 1e-6)
    }
    let actual = Naive.layerNormBackward(
      gradient: dy, row: x, weight: weight, epsilon: 1e-6, constantVariance: false)
    expectClose(actual, expected)
  }

  @Test func layerNormWithConstantVariance() {
    let (x, dy) = (numbers(7, seed: 3), numbers(7, seed: 4))
    let weight = numbers(7, seed: 5)
    let variance = Naive.statistics(x).variance
    let expected = differences(x, cotangent: dy) { row in
      let mean = Naive.statistics(row).mean
      return row.indices.map { (row[$0] - mean) / (variance + 1e-6).squareRoot() * weight[$0] }
    }
    let actual = Naive.layerNormBackward(
      gradient: dy, row: x, weight: weight, epsilon: 1e-6, constantVariance: true)
    expectClose(actual, expected)
  }

  @Test func gelu() {
    let x = numbers(20, seed: 7)
    let expected = differences(x, cotangent: x.map { _ in 1 }) { $0.map(Naive.gelu) }
    expectClose(x.map(Naive.geluSlope), expected)
  }
}
