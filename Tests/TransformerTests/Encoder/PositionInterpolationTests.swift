import Testing
import XAICore
import XAIFoundation
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
    let (source, target) = (PatchGrid(rows: from.0, columns: from.1), PatchGrid(rows: to.0, columns: to.1))
    let positions = random.normal([source.count, 2])
    let result = interpolated(positions, from: source, to: target, by: .bicubic)
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
    let grid = PatchGrid(rows: 3, columns: 4)
    var random = SeededRandom(seed: 1)
    let positions = random.normal([12, 3])
    for interpolation in [GridInterpolation.bicubic, .antialiasedBicubic, .bilinear] {
      let constant = interpolated(
        Tensor(repeating: 2.5, [12, 3]), from: grid, to: PatchGrid(rows: 7, columns: 2), by: interpolation)
      expectClose(constant, Tensor(repeating: 2.5, [14, 3]), within: 1e-5, "\(interpolation), constant")
      expectClose(
        interpolated(positions, from: grid, to: grid, by: interpolation), positions, within: 1e-6,
        "\(interpolation), the same grid")
    }
  }

  @Test(
    "the reverse is the transpose",
    arguments: [GridInterpolation.bicubic, .antialiasedBicubic, .bilinear, .geometric])
  func transpose(_ interpolation: GridInterpolation) {
    let (source, target) = (PatchGrid(rows: 5, columns: 7), PatchGrid(rows: 9, columns: 3))
    var random = SeededRandom(seed: 2)
    let (values, gradient) = (random.normal([source.count, 2]), random.normal([target.count, 2]))
    func product(_ a: Tensor, _ b: Tensor) -> Double {
      zip(a.elements, b.elements).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    let forward = product(interpolated(values, from: source, to: target, by: interpolation), gradient)
    let reverse = product(
      values, interpolatedBackward(gradient, from: source, to: target, by: interpolation))
    #expect(abs(forward - reverse) < 1e-4)
  }

  /// Values of a line stay on it where no edge is near: these kernels reproduce what is linear, as the bicubic one with
  /// a = −0.75 does not, nor one that is made wider.
  @Test(
    "a line stays a line",
    arguments: [
      (GridInterpolation.antialiasedBicubic, 31), (.bilinear, 7), (.bilinear, 31),
    ])
  func line(_ interpolation: GridInterpolation, _ count: Int) {
    let source = 15
    let taps = interpolation.taps(from: source, to: count)
    let (scale, margin) = (Float(source) / Float(count), max(2, 2 * source / count + 1))
    for (index, tap) in taps.enumerated() {
      let position = (Float(index) + 0.5) * scale - 0.5
      guard position > Float(margin), position < Float(source - 1 - margin) else { continue }
      let value = zip(tap.indices, tap.weights).reduce(0) { $0 + Float($1.0) * $1.1 }
      #expect(abs(value - position) < 1e-4, "\(index) of \(count)")
    }
  }

  /// Two offsets on either side, at 0, ±1 and ±(1 + q), reach to ±(n − 1)/2: q = (n − 3)/2.
  @Test("offsets lie apart as a geometric series", arguments: [(5, 5), (5, 6), (9, 19), (27, 63)])
  func geometric(_ sourceHalves: Int, _ targetHalves: Int) {
    let (source, target) = (2 * sourceHalves - 1, 2 * targetHalves - 1)
    let taps = GridInterpolation.geometric.taps(from: source, to: target)
    func value(_ tap: InterpolationTap) -> Float {
      zip(tap.indices, tap.weights).reduce(0) { $0 + Float($1.0) * $1.1 }
    }
    let values = taps.map(value)
    #expect(values.count == target)
    // The middle stays the middle, both sides are alike, and samples grow along the line.
    #expect(values[target / 2] == Float(source / 2))
    for index in 0..<target {
      #expect(abs(values[index] + values[target - 1 - index] - Float(source - 1)) < 1e-3)
    }
    #expect(zip(values, values.dropFirst()).allSatisfy { $0 <= $1 })
    // The first offset is one step from the middle in both.
    #expect(abs(values[target / 2 + 1] - Float(source / 2 + 1)) < 1e-5)
    if target > source { #expect(abs(values[target - 1] - Float(source - 1)) < 1e-2) }
  }
}
