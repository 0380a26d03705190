import Foundation
import Testing
import XAICore

@testable import XAIEvaluation

/// Shares, paired differences and mean ranks against SciPy and statsmodels (Fixtures/statistics), and by hand.
@Suite struct ComparisonTests {
  private struct Expected: Decodable {
    struct Share: Decodable {
      let hits: Int
      let count: Int
      let interval: [Double]
    }

    struct Table: Decodable {
      let name: String
      let values: [[Double]]
      let pairs: [[Int]]
      let means: [Double]
      let deviations: [Double]
      let p: [Double]
      let holm: [Double]
      let needed: [Double]
      let ranks: [Double]
      let chiSquare: Double
      let friedmanP: Double
      let criticalDifference: Double
    }

    struct Student: Decodable {
      let t: Double
      let degrees: Double
      let tails: Double
    }

    struct ChiSquare: Decodable {
      let x: Double
      let degrees: Double
      let tail: Double
    }

    struct Range: Decodable {
      let count: Int
      let quantile: Double
    }

    let shares: [Share]
    let tables: [Table]
    let student: [Student]
    let chiSquare: [ChiSquare]
    let range: [Range]
  }

  private let expected: Expected

  init() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fixtures/statistics/expected.json")
    expected = try JSONDecoder().decode(Expected.self, from: Data(contentsOf: file))
  }

  private func expectClose(_ value: Double?, _ expected: Double, within tolerance: Double, _ what: String) {
    #expect(
      value.map { abs($0 - expected) <= tolerance } == true, "\(what): \(value ?? .nan), not \(expected)")
  }

  @Test("Wilson's interval is statsmodels', without hits too")
  func wilson() {
    for share in expected.shares {
      let interval = ConfidenceInterval(
        wilsonOf: Double(share.hits) / Double(share.count), count: share.count)
      let what = "\(share.hits) of \(share.count)"
      expectClose(interval.low, share.interval[0], within: 1e-12, what)
      expectClose(interval.high, share.interval[1], within: 1e-12, what)
    }
  }

  @Test("distributions are SciPy's")
  func distributions() {
    for row in expected.student {
      expectClose(
        Distributions.studentTails(row.t, degrees: row.degrees), row.tails,
        within: 1e-9 * max(row.tails, 1e-3), "t \(row.t), \(row.degrees)")
    }
    for row in expected.chiSquare {
      expectClose(
        Distributions.chiSquareTail(row.x, degrees: row.degrees), row.tail, within: 1e-11,
        "χ² \(row.x), \(row.degrees)")
    }
    for row in expected.range {
      expectClose(
        Distributions.rangeQuantile(above: 0.05, count: row.count), row.quantile, within: 1e-6,
        "range of \(row.count)")
    }
    expectClose(Distributions.normalQuantile(above: 0.025), 1.959963984540054, within: 1e-11, "z")
  }

  @Test("paired differences, Holm's correction and sample sizes are SciPy's and statsmodels'")
  func pairs() throws {
    for table in expected.tables {
      let comparisons = MetricComparisons(of: table.values, direction: .higher)
      for (index, pair) in table.pairs.enumerated() {
        let (a, b, what) = (pair[0], pair[1], "\(table.name) \(pair)")
        let found = try #require(comparisons.pairs[a][b])
        expectClose(found.mean, table.means[index], within: 1e-10, what)
        expectClose(found.deviation, table.deviations[index], within: 1e-10, what)
        expectClose(found.p, table.p[index], within: 1e-9, what)
        expectClose(found.adjustedP, table.holm[index], within: 1e-9, what)
        let needed = try #require(found.imageCount(toFind: 1))
        // Their solver ends within a ten-thousandth.
        #expect(abs(Double(needed) - max(table.needed[index].rounded(.up), 2)) <= 1, "\(what): \(needed)")
        let back = try #require(comparisons.pairs[b][a])
        #expect(back.mean == -found.mean && back.p == found.p && back.adjustedP == found.adjustedP)
      }
      #expect(comparisons.pairs.indices.allSatisfy { comparisons.pairs[$0][$0] == nil })
    }
  }

  @Test("mean ranks, Friedman's test and Nemenyi's critical difference are SciPy's, equal values too")
  func ranks() throws {
    for table in expected.tables {
      let ranks = try #require(MeanRanks(of: table.values, direction: .higher))
      for (rank, other) in zip(ranks.ranks, table.ranks) {
        expectClose(rank, other, within: 1e-12, table.name)
      }
      expectClose(ranks.chiSquare, table.chiSquare, within: 1e-9, table.name)
      expectClose(ranks.p, table.friedmanP, within: 1e-10, table.name)
      expectClose(ranks.criticalDifference, table.criticalDifference, within: 1e-6, table.name)
      // Where lower is better, ranks are turned round.
      let turned = try #require(MeanRanks(of: table.values, direction: .lower))
      for (rank, other) in zip(turned.ranks, ranks.ranks) {
        expectClose(rank, Double(table.values.count + 1) - other, within: 1e-12, table.name)
      }
    }
  }

  @Test("images without a value drop out of their pair, and out of all ranks")
  func missing() throws {
    let comparisons = MetricComparisons(
      of: [[1, 2, .nan, 4], [0, 0, 0, .nan], [2, 2, 2, 2]], direction: .higher)
    #expect(comparisons.pairs[0][1]?.count == 2 && comparisons.pairs[0][1]?.mean == 1.5)
    #expect(comparisons.pairs[1][2]?.count == 3)
    #expect(comparisons.meanRanks?.count == 2)
    #expect(MetricComparisons(of: [[.nan], [1]], direction: .higher).pairs[0][1] == nil)
    let single = try #require(PairedComparison([1], minus: [3]))
    #expect(single.p == nil && single.mean == -2 && single.imageCount(toFind: 1) == nil)
    #expect(MeanRanks(of: [[1, 2], [2, 1]], direction: .neither) == nil)
    #expect(MeanRanks(of: [[1, 2]], direction: .higher) == nil)
    #expect(MeanRanks(of: [[1], [2]], direction: .higher) == nil)
  }

  @Test("explainers that are all alike have no difference, and a constant one is no chance")
  func constant() throws {
    let same = MetricComparisons(of: [[1, 2, 3], [1, 2, 3]], direction: .lower)
    #expect(same.pairs[0][1]?.p == 1 && same.pairs[0][1]?.adjustedP == 1)
    #expect(same.meanRanks?.ranks == [1.5, 1.5] && same.meanRanks?.p == 1)
    #expect(try #require(PairedComparison([2, 3, 4], minus: [1, 2, 3])).p == 0)
    #expect(try #require(PairedComparison([2, 3, 4], minus: [1, 2, 3])).imageCount(toFind: 1) == 2)
  }

  @Test("Holm's correction by hand, ties and order included")
  func holm() {
    #expect(holmAdjusted([0.01, 0.04, 0.03]) == [0.03, 0.06, 0.06])
    #expect(holmAdjusted([0.5, 0.5, 0.9]) == [1, 1, 1])
    #expect(holmAdjusted([]) == [])
    #expect(holmAdjusted([0.2]) == [0.2])
  }

  @Test("twice the power takes more images, half the difference four times as many")
  func sampleSize() throws {
    let pair = try #require(PairedComparison([10, 30, 50, 20, 90], minus: [20, 10, 40, 60, 30]))
    let (one, half) = (
      try #require(pair.imageCount(toFind: 1)), try #require(pair.imageCount(toFind: 0.5))
    )
    #expect(abs(half - 4 * one) <= 4)
    #expect(try #require(pair.imageCount(toFind: 1, power: 0.95)) > one)
    #expect(try #require(pair.imageCount(toFind: 1, level: 0.01)) > one)
    #expect(pair.imageCount(toFind: 0) == nil && pair.imageCount(toFind: 1, power: 1) == nil)
  }
}
