import Testing
import XAICore
import XAIEvaluation

@testable import XAIReport

@Suite struct MetricTableTests {
  @Test("n, means and paired differences of values written down; a missing value drops out of its pair")
  func known() throws {
    let small = SmallResults(values: [[[10], [13]], [[20], [nil]], [[nil], [40]], [[30], [34]]])
    let rows = try small.section().tables[0].rows
    #expect(rows[0].estimate?.count == 3 && rows[0].estimate?.mean == 20)
    #expect(rows[1].estimate?.count == 3 && rows[1].estimate?.mean == 29)
    #expect(rows[0].difference == nil, "the baseline has no difference from itself")
    // (13 − 10 + 34 − 30) / 2: only two images have both.
    #expect(rows[1].difference?.count == 2 && rows[1].difference?.mean == 3.5)
    let interval = try #require(rows[1].difference?.interval)
    #expect(interval == ConfidenceInterval(low: 3, high: 4))
    #expect(try small.section().tables[0].verdict(of: rows[1]) == .better)
  }

  @Test("differences are taken image by image, so a constant gain has an interval without width")
  func pairing() throws {
    let first = (0..<10).map { Double($0 * 7 % 10) }
    let small = SmallResults(values: first.map { value -> [[Double?]] in [[value], [value - 2]] })
    let row = try small.section().tables[0].rows[1]
    #expect(row.difference?.interval == ConfidenceInterval(low: -2, high: -2))
    #expect(try #require(row.estimate?.interval).low < 3)
    #expect(try small.section().tables[0].verdict(of: row) == .worse)
  }

  @Test("ranks follow the direction, ties share the better place, and neither has none")
  func ranking() {
    #expect(ranks(of: [3, 1, 3, nil, 2], direction: .higher) == [1, 4, 1, nil, 3])
    #expect(ranks(of: [3, 1, 3, nil, 2], direction: .lower) == [3, 1, 3, nil, 2])
    #expect(ranks(of: [3, 1], direction: .neither) == [nil, nil])
  }

  @Test(
    "what a difference says depends on the direction",
    arguments: [
      (MetricDescriptor.Direction.higher, MetricTable.Verdict.better), (.lower, .worse),
      (.neither, .different),
    ])
  func verdicts(direction: MetricDescriptor.Direction, verdict: MetricTable.Verdict) throws {
    var small = SmallResults(values: [0.0, 1, 2, 3].map { value -> [[Double?]] in [[value], [value + 1]] })
    small.metrics = [("m", direction)]
    let table = try small.section().tables[0]
    #expect(table.verdict(of: table.rows[1]) == verdict)
    #expect(table.verdict(of: table.rows[0]) == nil)
  }

  @Test("an interval around zero is unclear")
  func unclear() throws {
    let small = SmallResults(values: [1.0, -1, 1, -1, 1, -1].map { value -> [[Double?]] in [[0], [value]] })
    let table = try small.section().tables[0]
    #expect(table.verdict(of: table.rows[1]) == .unclear)
  }

  @Test("rounding is no difference")
  func rounding() throws {
    let small = SmallResults(values: [1.0, 2, 3].map { value -> [[Double?]] in [[value], [value + 1e-6]] })
    let table = try small.section().tables[0]
    #expect(table.verdict(of: table.rows[1]) == .unclear)
  }

  @Test(
    "the baseline is chosen by id or as it is written, and otherwise looks at the model but not at the class")
  func baseline() throws {
    var small = SmallResults(values: [[[1], [2], [3]]])
    small.explainers = ["grad-cam", "gmar:norm=l2", "attention-rollout"]
    #expect(try small.section().baseline == 2)
    #expect(try small.section(baseline: "gmar").baseline == 1)
    #expect(try small.section(baseline: "gmar:norm=l2").baseline == 1)
    small.explainers = ["grad-cam", "gmar:norm=l2", "random"]
    #expect(try small.section().baseline == 2)
    small.explainers = ["grad-cam", "gmar:norm=l2", "legrad"]
    #expect(try small.section().baseline == 0)
    small.explainers = ["grad-cam", "gmar:norm=l2", "random"]
    #expect(
      throws: ReportError.unknownBaseline(
        name: "grad-can", known: small.explainers, nearest: ["grad-cam"])
    ) { try small.section(baseline: "grad-can") }
  }

  @Test("synthetic results: every mean is the naive one")
  func naive() throws {
    let results = try SyntheticResults(imageCount: 12, classesPerImage: 2, hasThumbnails: false).make()
    let section = try #require(
      try Report(of: [.init(name: "s", results: results)], bootstrap: .rough).sections.first)
    for (metric, table) in section.tables.enumerated() {
      for (explainer, row) in table.rows.enumerated() {
        let values = results.images.flatMap(\.subjects).compactMap {
          $0.maps[explainer].values[metric]?.number
        }
        let mean = values.reduce(0, +) / Double(values.count)
        #expect(abs(try #require(row.estimate).mean - mean) < 1e-9)
        #expect(row.estimate?.count == values.count)
      }
    }
  }
}
