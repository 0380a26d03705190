import Testing
import XAICore
import XAIFoundation
import XAITesting

@Suite struct RankCorrelationTests {
  /// Ranks by counting, then Pearson's formula as it is printed.
  private func naive(_ a: [Float], _ b: [Float]) -> Double {
    func ranks(_ values: [Float]) -> [Double] {
      values.map { value in
        Double(values.count { $0 < value }) + Double(values.count { $0 == value } + 1) / 2
      }
    }
    let (x, y) = (ranks(a), ranks(b))
    let n = Double(a.count)
    let (sx, sy) = (x.reduce(0, +), y.reduce(0, +))
    let (sxx, syy) = (x.map { $0 * $0 }.reduce(0, +), y.map { $0 * $0 }.reduce(0, +))
    let sxy = zip(x, y).map(*).reduce(0, +)
    return (n * sxy - sx * sy) / ((n * sxx - sx * sx) * (n * syy - sy * sy)).squareRoot()
  }

  @Test("the formula in full, with and without equal values", arguments: [2, 4, 10_000])
  func formula(_ levels: Float) throws {
    var random = SeededRandom(seed: 2)
    for count in [2, 3, 17, 196] {
      let lists = (0..<2).map { _ in
        // The first two values differ, so that no list is constant.
        (0..<count).map { $0 < 2 ? Float($0) : (random.uniform() * levels).rounded(.down) }
      }
      let correlation = try #require(rankCorrelation(lists[0], lists[1]))
      #expect(abs(correlation - naive(lists[0], lists[1])) < 1e-12)
      #expect(rankCorrelation(lists[1], lists[0]) == correlation)
    }
  }

  @Test("order is all that counts")
  func order() {
    #expect(rankCorrelation([1, 2, 3], [-5, 0, 1e9]) == 1)
    #expect(rankCorrelation([1, 2, 3], [3, 2, 1]) == -1)
  }

  @Test("lists without an order have none")
  func constant() {
    #expect(rankCorrelation([1, 1, 1], [1, 2, 3]) == nil)
    #expect(rankCorrelation([1, 2, 3], [0, 0, 0]) == nil)
    #expect(rankCorrelation([1], [2]) == nil)
    #expect(rankCorrelation([], []) == nil)
  }

  @Test("a map without an order counts as one that did not change, another map without one as unlike")
  func maps() {
    #expect(mapCorrelation(of: [1, 1, 1], with: [1, 2, 3]) == 1)
    #expect(mapCorrelation(of: [1, 1, 1], with: [2, 2, 2]) == 1)
    #expect(mapCorrelation(of: [1, 2, 3], with: [2, 2, 2]) == 0)
    #expect(mapCorrelation(of: [1, 2, 3], with: [3, 2, 1]) == -1)
  }
}
