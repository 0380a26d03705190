import XAIFoundation

/// Masks of bits in which each cell is shown in half of the masks: a Latin hypercube, rounded.
///
/// For one cell, a Latin hypercube has a number in each p-th part of [0, 1], in random order. Rounded, these are ⌊p/2⌋ ones among zeros,
/// in random order; an odd number more is a zero.
struct BalancedMasks: Sendable {
  /// How many masks.
  let count: Int
  /// Whether each mask shows a cell: `shown[cell][mask]`.
  private let shown: [[Bool]]

  init(count: Int, cells: Int, seed: Int) {
    self.count = count
    shown = (0..<cells).map { cell in
      var random = SeededRandom(seed: UInt64(bitPattern: Int64(seed)), UInt64(cell))
      var bits = (0..<count).map { $0 < count / 2 }
      for place in stride(from: count - 1, to: 0, by: -1) {
        bits.swapAt(place, random.index(below: place + 1))
      }
      return bits
    }
  }

  /// The values of a mask's cells.
  func values(_ mask: Int) -> [Float] { shown.map { $0[mask] ? 1 : 0 } }

  /// HSIC of each cell and some scores, one for each mask.
  ///
  /// The kernel of bits, k(x, x′) = ½ − (x − x′)², is 2·x·x′ − x − x′ + ½ for bits, so that HKH = 2·zzᵀ with z the bits less their
  /// mean, and the trace is 2·zᵀLz. L is the Gaussian kernel of scores whose width is their median.
  func dependence(of scores: [Double]) -> [Double] {
    let width = Self.median(scores)
    let centred = shown.map { bits in
      let mean = Double(bits.count { $0 }) / Double(count)
      return bits.map { ($0 ? 1 : 0) - mean }
    }
    var traces = [Double](repeating: 0, count: shown.count)
    var row = [Double](repeating: 0, count: count)
    for (index, score) in scores.enumerated() {
      for (other, value) in scores.enumerated() { row[other] = Self.kernel(score - value, width: width) }
      for (cell, z) in centred.enumerated() {
        var sum = 0.0
        for other in row.indices { sum += row[other] * z[other] }
        traces[cell] += z[index] * sum
      }
    }
    let scale = 2 / (Double(count - 1) * Double(count - 1))
    // Of a positive semi-definite L: what is below 0 is rounding.
    return traces.map { max($0, 0) * scale }
  }

  /// exp(−d²/(2w²)); for no width its limit.
  private static func kernel(_ difference: Double, width: Double) -> Double {
    guard width > 0 else { return difference == 0 ? 1 : 0 }
    return exponential(-difference * difference / (2 * width * width))
  }

  /// The middle one, or the mean of the two in the middle.
  static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }
}
