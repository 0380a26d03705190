import Testing
import XAICore
import XAIEvaluation

@testable import XAIReport

@Suite struct AgreementTests {
  @Test("rank correlations are SciPy's")
  func scipy() throws {
    for pair in try Expected.load().pairs {
      #expect(abs(try #require(rankCorrelation(pair.a, pair.b)) - pair.correlation) < 1e-12, "\(pair.name)")
    }
  }

  @Test("maps of the same order agree, reversed ones contradict")
  func extremes() throws {
    var small = SmallResults(values: [[[1], [1], [1]], [[1], [1], [1]]])
    small.explainers = ["a", "b", "c"]
    small.scores = Array(repeating: [[1, 2, 3, 4], [2, 4, 8, 16], [4, 3, 2, 1]], count: 2)
    let agreement = try small.section().agreement
    #expect(agreement.pairs[0][1]?.correlation?.mean == 1)
    #expect(agreement.pairs[0][2]?.correlation?.mean == -1)
    #expect(agreement.pairs[0][1]?.overlap?.mean == 1)
    #expect(agreement.pairs[0][2]?.overlap?.mean == 0)
    #expect(agreement.pairs[1][1] == nil)
    #expect(agreement.pairs[2][0]?.correlation?.mean == agreement.pairs[0][2]?.correlation?.mean)
  }

  @Test("flat maps are in no mean, and are counted")
  func flat() throws {
    var small = SmallResults(values: [[[1], [1]], [[1], [1]], [[1], [1]]])
    small.scores = [
      [[1, 2, 3, 4], [1, 2, 3, 4]], [[5, 5, 5, 5], [1, 2, 3, 4]], [[1, 2, 3, 4], [4, 3, 2, 1]],
    ]
    let section = try small.section()
    #expect(section.agreement.pairs[0][1]?.correlation?.count == 2)
    #expect(section.agreement.pairs[0][1]?.correlation?.mean == 0)
    #expect(section.flatMapCounts == [1, 0])
  }

  @Test("subjects are listed by the mean over pairs, explainers without a model left out")
  func disagreement() throws {
    var small = SmallResults(values: Array(repeating: [[1], [1], [1]], count: 3))
    small.explainers = ["gmar", "random", "grad-cam"]
    small.scores = [
      [[1, 2, 3, 4], [4, 3, 2, 1], [1, 2, 3, 4]], [[1, 2, 3, 4], [1, 2, 3, 4], [4, 3, 2, 1]],
      [[1, 2, 3, 4], [1, 2, 3, 4], [2, 1, 3, 4]],
    ]
    let entries = try small.section().agreement.disagreements
    #expect(entries.map(\.place.image) == [1, 2, 0])
    // One swap of neighbours: 1 − 6·(1 + 1)/(4·15).
    #expect(zip(entries.map(\.correlation), [-1, 0.8, 1]).allSatisfy { abs($0 - $1) < 1e-12 })
  }

  @Test("the highest tenth of patches, ties by place")
  func tops() {
    #expect([4, 14, 49, 64, 196, 576].map(highestTenth) == [1, 1, 5, 6, 20, 58])
    #expect(highestIndices(of: [1, 9, 3, 9, 9], count: 2) == [1, 3])
    #expect(highestIndices(of: [1, 9, 3, 9, 9], count: 4) == [1, 3, 4, 2])
  }

  @Test("synthetic results: overlap and correlation are the naive means")
  func naive() throws {
    let results = try SyntheticResults(imageCount: 6, hasThumbnails: false).make()
    let agreement = try #require(
      try Report(of: [.init(name: "s", results: results)], bootstrap: .rough).sections.first
    ).agreement
    // The centre is symmetric, so its scores have ties, which the formula below has none of.
    for (a, b) in [(0, 2), (2, 5), (3, 4)] {
      var (correlations, overlaps) = ([Double](), [Double]())
      for subject in results.images.flatMap(\.subjects) {
        let (x, y) = (subject.maps[a].scores, subject.maps[b].scores)
        guard Set(x).count > 1, Set(y).count > 1 else { continue }
        correlations.append(naiveSpearman(x, y))
        let top = { (v: [Float]) in
          Set(
            v.enumerated().sorted {
              $0.element == $1.element ? $0.offset < $1.offset : $0.element > $1.element
            }.prefix(6).map(\.offset))
        }
        overlaps.append(Double(top(x).intersection(top(y)).count) / 6)
      }
      let pair = try #require(agreement.pairs[a][b])
      #expect(
        abs(try #require(pair.correlation).mean - correlations.reduce(0, +) / Double(correlations.count))
          < 1e-9)
      #expect(abs(try #require(pair.overlap).mean - overlaps.reduce(0, +) / Double(overlaps.count)) < 1e-9)
    }
  }

  /// 1 − 6 Σ d²/(n (n² − 1)), for values that all differ.
  private func naiveSpearman(_ a: [Float], _ b: [Float]) -> Double {
    let rank = { (values: [Float]) in values.map { value in values.count { $0 < value } } }
    let squares = zip(rank(a), rank(b)).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    let n = a.count
    return 1 - 6 * Double(squares) / Double(n * (n * n - 1))
  }
}
