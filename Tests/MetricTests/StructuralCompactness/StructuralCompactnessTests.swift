import Testing
import XAICore
import XAIFoundation
import XAIImage
import XAIStructuralCompactness
import XAITensor
import XAITesting

@Suite struct StructuralCompactnessTests {
  private func value(_ scores: [Float], side: Int, threshold: Double = 80) throws -> Double? {
    var options = StructuralCompactnessOptions()
    options.threshold = threshold
    let subject = try MetricSubject(
      pixels: Tensor(repeating: 0.5, [3, side, side]),
      preprocessing: Preprocessing(resize: .exact(height: side, width: side)), scores: scores,
      grid: PatchGrid(rows: side, columns: side), map: [Float](repeating: 0, count: side * side),
      classIndex: 0,
      probability: 1)
    return try StructuralCompactness(options: options).measure([], for: subject)?.number
  }

  /// A map of a side of 10 with these places at 1, others at 0: a twenty-fifth of it.
  private func map(_ places: [(Int, Int)], level: Float = 1) -> [Float] {
    var map = [Float](repeating: 0, count: 100)
    for (row, column) in places { map[row * 10 + column] = level }
    return map
  }

  private let diagonal = 200.0.squareRoot()

  @Test("a square of four has the area 1 and a tree of 3; further apart it is less compact")
  func square() throws {
    let square = map([(2, 3), (2, 4), (3, 3), (3, 4)])
    #expect(try abs(#require(try value(square, side: 10, threshold: 97)) - 100 * diagonal * 4 / 3) < 1e-9)
    let wide = map([(2, 3), (2, 6), (5, 3), (5, 6)])
    #expect(try abs(#require(try value(wide, side: 10, threshold: 97)) - 100 * diagonal / 3 * 4 / 9) < 1e-9)
  }

  @Test("patches on a line have the diagonal for the root of their area")
  func line() throws {
    let line = map([(4, 1), (4, 2), (4, 4)])
    #expect(try abs(#require(try value(line, side: 10, threshold: 98)) - 100 * 3.0 / 3) < 1e-9)
  }

  @Test("signs and scale change nothing, nor does turning the map")
  func invariance() throws {
    var random = SeededRandom(seed: 3)
    let scores = (0..<100).map { _ in random.normal() }
    let one = try #require(try value(scores, side: 10))
    #expect(try value(scores.map { -4 * $0 }, side: 10) == one)
    let turned = (0..<100).map { (place: Int) -> Float in
      let (row, column) = (place / 10, place % 10)
      return scores[column * 10 + 9 - row]
    }
    #expect(try abs(#require(try value(turned, side: 10)) - one) < 1e-9)
  }

  @Test("against other algorithms: Kruskal's tree, and a hull by gift wrapping")
  func naive() throws {
    var random = SeededRandom(seed: 8)
    for _ in 0..<5 {
      let scores = (0..<100).map { _ in random.normal() }
      let cutoff = scores.map { abs($0) }.sorted()[79...80].map { Double($0) }
      let limit = cutoff[0] + 0.2 * (cutoff[1] - cutoff[0])
      let points = scores.indices.filter { Double(abs(scores[$0])) >= limit }.map { ($0 / 10, $0 % 10) }
      var group = Array(points.indices)
      var length = 0.0
      let edges = points.indices.flatMap { a in points.indices.dropFirst(a + 1).map { (a, $0) } }
        .map { a, b -> (Int, Int, Int) in
          let (row, column) = (points[a].0 - points[b].0, points[a].1 - points[b].1)
          return (row * row + column * column, a, b)
        }.sorted { $0 < $1 }
      for (square, a, b) in edges where group[a] != group[b] {
        let (from, to) = (group[a], group[b])
        for index in group.indices where group[index] == from { group[index] = to }
        length += Double(square).squareRoot()
      }
      // Gift wrapping: the next corner has all points on one side, and of those on the edge it is the furthest.
      func side(_ from: (Int, Int), _ to: (Int, Int), _ point: (Int, Int)) -> Int {
        (to.1 - from.1) * (point.0 - from.0) - (to.0 - from.0) * (point.1 - from.1)
      }
      func square(_ a: (Int, Int), _ b: (Int, Int)) -> Int {
        (a.0 - b.0) * (a.0 - b.0) + (a.1 - b.1) * (a.1 - b.1)
      }
      let start = points[0]
      var (corner, twice) = (start, 0)
      repeat {
        let next = points.reduce(corner) { best, point in
          let turn = side(corner, best, point)
          let isFurther = turn == 0 && square(corner, point) > square(corner, best)
          return best == corner || turn < 0 || isFurther ? point : best
        }
        twice += corner.1 * next.0 - next.1 * corner.0
        corner = next
      } while corner != start
      let expected = 100 * diagonal / (Double(abs(twice)) / 2).squareRoot() * Double(points.count) / length
      #expect(try abs(#require(try value(scores, side: 10)) - expected) < 1e-9)
    }
  }

  @Test("a map of zeros has 0, one of equal scores counts all patches, and one patch alone has no value")
  func edges() throws {
    #expect(try value([Float](repeating: 0, count: 100), side: 10) == 0)
    let all = try #require(try value([Float](repeating: 2, count: 100), side: 10))
    #expect(abs(all - 100 * diagonal / 9 * 100 / 99) < 1e-9)
    #expect(try value(map([(1, 1)]), side: 10, threshold: 99.5) == nil)
  }
}
