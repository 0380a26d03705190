import XAIFoundation

/// Round numbers along an axis: multiples of 1, 2 or 5 times a power of ten.
package struct AxisTicks: Hashable {
  /// A place on the axis.
  package struct Tick: Hashable {
    package let value: Double
    package let label: String
  }

  /// What the axis spans.
  package let range: ClosedRange<Double>
  package let ticks: [Tick]

  /// Chooses ticks.
  ///
  /// - Parameters:
  ///   - range: what the axis needs to span; one without width is widened.
  ///   - count: about how many ticks there is room for.
  ///   - isExtended: whether the axis reaches to the next ticks outside.
  package init(spanning range: ClosedRange<Double>, count: Int, isExtended: Bool) {
    let range = Self.widened(range)
    let step = Step(atLeast: (range.upperBound - range.lowerBound) / Double(max(count, 1)))
    // A multiple that was meant and missed by rounding counts.
    let (low, high) = (range.lowerBound / step.value, range.upperBound / step.value)
    let first = Int(isExtended ? (low + 1e-9).rounded(.down) : (low - 1e-9).rounded(.up))
    let last = Int(isExtended ? (high - 1e-9).rounded(.up) : (high + 1e-9).rounded(.down))
    ticks = first <= last ? (first...last).map { step.tick($0) } : []
    guard isExtended, let lowest = ticks.first?.value, let highest = ticks.last?.value, lowest < highest
    else {
      self.range = range
      return
    }
    self.range = lowest...highest
  }

  /// A range wide enough that its ends differ among the floats on an axis.
  static func widened(_ range: ClosedRange<Double>) -> ClosedRange<Double> {
    let (low, high) = (max(range.lowerBound, -1e300), min(range.upperBound, 1e300))
    let magnitude = max(low.magnitude, high.magnitude)
    guard magnitude > 1e-290 else { return low < 0 ? -1...1 : 0...1 }
    guard high - low < magnitude * 1e-9 else { return low...high }
    let middle = low + (high - low) / 2
    return middle - magnitude / 10...middle + magnitude / 10
  }
}

/// The distance between ticks: `factor` × 10^`exponent`.
private struct Step {
  let factor: Int
  let exponent: Int
  let value: Double

  /// The smallest of 1, 2 or 5 times a power of ten that is not less than a width.
  init(atLeast width: Double) {
    var exponent = 0
    var digits = width
    while digits >= 10 { (digits, exponent) = (digits / 10, exponent + 1) }
    while digits < 1 { (digits, exponent) = (digits * 10, exponent - 1) }
    let factor = [1, 2, 5].first { Double($0) >= digits * (1 - 1e-9) }
    self.factor = factor ?? 1
    self.exponent = factor == nil ? exponent + 1 : exponent
    value = scaled(self.factor, exponent: self.exponent)
  }

  func tick(_ multiple: Int) -> AxisTicks.Tick {
    let digits = multiple * factor
    return AxisTicks.Tick(
      value: scaled(digits, exponent: exponent), label: decimal(digits, exponent: exponent))
  }
}

/// `digits` × 10^`exponent`, rounded once.
private func scaled(_ digits: Int, exponent: Int) -> Double {
  Double("\(digits)e\(exponent)") ?? 0
}
