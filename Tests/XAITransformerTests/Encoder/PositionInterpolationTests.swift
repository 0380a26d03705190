import Testing
import XAICore
import XAITensor
import XAITesting

@testable import XAITransformer

@Suite struct PositionInterpolationTests {
  /// Σ W(s − k)·x[k] over the four samples around s = (i + ½)·m/n − ½, with Keys' kernel of a = −0.75.
  private func naive(_ samples: [Double], to count: Int) -> [Double] {
    func kernel(_ distance: Double) -> Double {
      let (x, a) = (abs(distance), -0.75)
      if x <= 1 { return (a + 2) * x * x * x - (a + 3) * x * x + 1 }
      return x < 2 ? a * x * x * x - 5 * a * x * x + 8 * a * x - 4 * a : 0
    }
    return (0..<count).map { index in
      let s = (Double(index) + 0.5) * Double(samples.count) / Double(count) - 0.5
      return (Int(s.rounded(.down)) - 1...Int(s.rounded(.down)) + 2).reduce(0) { sum, k in
        sum + kernel(s - Double(k)) * samples[min(max(k, 0), samples.count - 1)]
      }
    }
  }

  @Test(
    "equals the formula, along columns and then rows",
    arguments: [((3, 4), (5, 2)), ((2, 2), (7, 7)), ((1, 1), (3, 2)), ((4, 4), (4, 6)), ((14, 14), (3, 9))])
  func formula(_ from: (Int, Int), _ to: (Int, Int)) {
    var random = SeededRandom(seed: 8)
    let (source, target) = (Grid(rows: from.0, columns: from.1), Grid(rows: to.0, columns: to.1))
    let positions = random.normal([source.count, 2])
    let result = interpolatedBicubically(positions, from: source, to: target)
    #expect(result.shape == [target.count, 2])
    for channel in 0..<2 {
      let wide = (0..<source.rows).map { row in
        naive(
          (0..<source.columns).map { Double(positions[row * source.columns + $0].elements[channel]) },
          to: target.columns)
      }
      let columns = (0..<target.columns).map { column in naive(wide.map { $0[column] }, to: target.rows) }
      let expected = (0..<target.count).map { Float(columns[$0 % target.columns][$0 / target.columns]) }
      expectClose(
        (0..<target.count).map { result[$0].elements[channel] }, expected, within: 1e-5, "channel \(channel)")
    }
  }

  @Test("a constant stays constant, and the same grid stays as it is")
  func identity() {
    let grid = Grid(rows: 3, columns: 4)
    let constant = interpolatedBicubically(
      Tensor(repeating: 2.5, [12, 3]), from: grid, to: Grid(rows: 7, columns: 2))
    expectClose(constant, Tensor(repeating: 2.5, [14, 3]), within: 1e-5, "constant")
    var random = SeededRandom(seed: 1)
    let positions = random.normal([12, 3])
    expectClose(
      interpolatedBicubically(positions, from: grid, to: grid), positions, within: 1e-6, "the same grid")
  }
}
