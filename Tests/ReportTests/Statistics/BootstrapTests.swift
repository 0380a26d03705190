import Foundation
import Testing
import XAICore
import XAIEvaluation
import XAIFoundation

@Suite struct BootstrapTests {
  @Test("intervals are those of a naive loop over the same draws")
  func naive() throws {
    var random = SeededRandom(seed: 3)
    // Images with no, one, two and three values.
    let values = (0..<9).map { image in (0..<image % 4).map { _ in Double(random.normal()) } }
    var columns = ClusteredValues(imageCount: values.count)
    columns.append(values)
    columns.append(values.map { $0.map { 2 * $0 + 1 } })
    let bootstrap = Bootstrap(resampleCount: 300, seed: 5)
    var draws = SeededRandom(seed: 5, 9)
    var means: [Double] = []
    for _ in 0..<300 {
      let drawn = (0..<9).flatMap { _ in values[Int(draws.next().multipliedFullWidth(by: 9).high)] }
      means.append(drawn.reduce(0, +) / Double(drawn.count))
    }
    means = means.filter(\.isFinite).sorted()
    let interval = try #require(bootstrap.intervals(of: columns)[0])
    #expect(abs(interval.low - naiveQuantile(0.025, of: means)) < 1e-12)
    #expect(abs(interval.high - naiveQuantile(0.975, of: means)) < 1e-12)
    let scaled = try #require(bootstrap.intervals(of: columns)[1])
    #expect(abs(scaled.low - (2 * interval.low + 1)) < 1e-12, "columns share the draws")
  }

  /// Between the values at ⌊p⌋ and ⌈p⌉, p = q (n − 1).
  private func naiveQuantile(_ share: Double, of sorted: [Double]) -> Double {
    let place = share * Double(sorted.count - 1)
    let (below, above) = (sorted[Int(place.rounded(.down))], sorted[Int(place.rounded(.up))])
    return below + (place - place.rounded(.down)) * (above - below)
  }

  @Test("quantiles of a known list")
  func quantiles() {
    #expect(quantile(0.5, of: [1, 2, 3, 4]) == 2.5)
    #expect(quantile(0, of: [1, 2, 3]) == 1)
    #expect(quantile(1, of: [1, 2, 3]) == 3)
    #expect(quantile(0.975, of: [7]) == 7)
  }

  @Test("agrees with scipy.stats.bootstrap within Monte Carlo error")
  func scipy() throws {
    for sample in try Expected.load().means {
      var columns = ClusteredValues(imageCount: sample.values.count)
      columns.append(sample.values.map { [$0] })
      let estimate = try #require(Bootstrap().estimates(of: columns)[0])
      let interval = try #require(estimate.interval)
      #expect(abs(estimate.mean - sample.mean) < 1e-9, "\(sample.name)")
      // A 2.5 % point of 2,000 resamples has a standard error of 0.06 standard errors of the mean; five of them.
      let tolerance = 0.3 * sample.deviation
      #expect(abs(interval.low - sample.interval[0]) < tolerance, "\(sample.name): \(interval.low)")
      #expect(abs(interval.high - sample.interval[1]) < tolerance, "\(sample.name): \(interval.high)")
    }
  }

  @Test("images are drawn whole: a value twice in its image says nothing new")
  func clusters() throws {
    let values = (0..<12).map { [Double($0 * $0)] }
    var columns = ClusteredValues(imageCount: 12)
    columns.append(values)
    columns.append(values.map { $0 + $0 })
    let intervals = Bootstrap(resampleCount: 500).intervals(of: columns)
    #expect(try #require(intervals[0]) == #require(intervals[1]))
  }

  @Test("equal values have an interval without width, one image and none have no interval")
  func degenerate() {
    func interval(_ values: [[Double]]) -> ConfidenceInterval? {
      var columns = ClusteredValues(imageCount: values.count)
      columns.append(values)
      return Bootstrap(resampleCount: 100).intervals(of: columns)[0]
    }
    #expect(interval([[4], [4], [4]]) == ConfidenceInterval(low: 4, high: 4))
    #expect(interval([[1, 2, 3]]) == nil)
    #expect(interval([[1], [], []]) == nil)
    #expect(interval([[], []]) == nil)
  }

  @Test("what is not finite counts as not there")
  func notFinite() {
    var columns = ClusteredValues(imageCount: 2)
    columns.append([[1, .nan], [3, .infinity]])
    #expect(columns.mean(0) == 2)
    #expect(columns.count(0) == 2)
  }

  @Test("the same each time, and another seed draws others")
  func determinism() {
    var columns = ClusteredValues(imageCount: 20)
    columns.append((0..<20).map { [exponential(Double($0) / 7)] })
    #expect(Bootstrap().intervals(of: columns) == Bootstrap().intervals(of: columns))
    #expect(Bootstrap().intervals(of: columns) != Bootstrap(seed: 2).intervals(of: columns))
  }
}
