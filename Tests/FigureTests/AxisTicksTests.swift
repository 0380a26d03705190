import Testing
import XAIFoundation
import XAITesting

@testable import XAIFigures

@Suite struct AxisTicksTests {
  @Test(
    "Ticks are multiples of 1, 2 or 5 times a power of ten",
    arguments: [
      (0...1, 5, ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
      (0...10, 5, ["0", "2", "4", "6", "8", "10"]),
      (0...100, 4, ["0", "50", "100"]),
      (-1...1, 4, ["-1.0", "-0.5", "0", "0.5", "1.0"]),
      (0.123...0.131, 4, ["0.124", "0.126", "0.128", "0.130"]),
      (0...25_000, 5, ["0", "5000", "10000", "15000", "20000", "25000"]),
      (0...3e7, 3, ["0", "1e7", "2e7", "3e7"]),
      (0...5e-6, 5, ["0", "1e-6", "2e-6", "3e-6", "4e-6", "5e-6"]),
      (1e6...1.5e6, 5, ["1e6", "1.1e6", "1.2e6", "1.3e6", "1.4e6", "1.5e6"]),
      (0...0.7, 7, ["0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7"]),
    ] as [(ClosedRange<Double>, Int, [String])])
  func chosen(range: ClosedRange<Double>, count: Int, labels: [String]) {
    let axis = AxisTicks(spanning: range, count: count, isExtended: false)
    #expect(axis.ticks.map(\.label) == labels)
    #expect(axis.range == range)
    for tick in axis.ticks { #expect(Double(tick.label) == tick.value) }
  }

  @Test("An extended axis ends at ticks and holds the range")
  func extended() {
    let axis = AxisTicks(spanning: 0.07...2.31, count: 5, isExtended: true)
    #expect(axis.ticks.map(\.label) == ["0", "0.5", "1.0", "1.5", "2.0", "2.5"])
    #expect(axis.range == 0...2.5)
    var random = SeededRandom(seed: TestSeed.value)
    for _ in 0..<2000 {
      let scale = Double.random(in: 1...10, using: &random) * power(Int.random(in: -12...12, using: &random))
      let low = Double.random(in: -scale...scale, using: &random)
      let high = low + Double.random(in: scale / 1000...scale, using: &random)
      for count in 1...9 {
        let axis = AxisTicks(spanning: low...high, count: count, isExtended: true)
        let drawn: Comment = "\(low)...\(high), \(count), XAI_TEST_SEED=\(TestSeed.value)"
        #expect(
          axis.range.lowerBound <= low + scale * 1e-7 && axis.range.upperBound >= high - scale * 1e-7, drawn)
        #expect((2...count + 2).contains(axis.ticks.count), drawn)
      }
    }
  }

  private func power(_ exponent: Int) -> Double { Double("1e\(exponent)") ?? 1 }

  @Test(
    "A range without width gets one, and extreme ones don't trap",
    arguments: [
      0...0, 5...5, -3...(-3), 1e-300...1e-299,
      -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude,
      1e15...1e15 + 0.125, -.infinity ... .infinity, 0 ... .infinity,
    ] as [ClosedRange<Double>])
  func degenerate(range: ClosedRange<Double>) {
    for isExtended in [false, true] {
      let axis = AxisTicks(spanning: range, count: 5, isExtended: isExtended)
      #expect(axis.range.lowerBound < axis.range.upperBound)
      #expect((1...12).contains(axis.ticks.count))
      #expect(Set(axis.ticks.map(\.label)).count == axis.ticks.count)
    }
  }
}
