public import XAITensor

/// How the values of a map become places in a colour map, and how strongly they are drawn.
public enum ColourScale: Hashable, Sendable {
  /// For values without a meaningful zero: the lowest takes the first colour, the highest the last.
  case range(ClosedRange<Float>)
  /// For values with a sign: −bound takes the first colour, 0 the middle one, the bound the last. Not negative.
  case symmetric(bound: Float)

  /// From the lowest value of a map to its highest.
  public static func spanning(_ map: Tensor) -> ColourScale {
    map.withElements { values in
      guard let lowest = values.min(), let highest = values.max(), lowest <= highest else {
        return .range(0...0)
      }
      return .range(lowest...highest)
    }
  }

  /// From minus the greatest magnitude of a map to that magnitude.
  public static func centred(_ map: Tensor) -> ColourScale {
    .symmetric(bound: map.withElements { $0.reduce(0) { max($0, $1.magnitude) } })
  }

  /// The place of a value in a colour map, from 0 to 1; values outside take the nearer end.
  ///
  /// (v − lowest)/(highest − lowest), or ½ + v/(2·bound). A scale without width gives 0, or ½.
  public func position(of value: Float) -> Float {
    switch self {
    case .range(let range):
      // Halves, so that the width of a range of the largest floats stays finite.
      let width = range.upperBound / 2 - range.lowerBound / 2
      return width > 0 ? min(max((value / 2 - range.lowerBound / 2) / width, 0), 1) : 0
    case .symmetric(let bound):
      return bound > 0 ? min(max(0.5 + value / bound / 2, 0), 1) : 0.5
    }
  }

  /// How strongly a value covers what it is drawn over, from 0 to 1: |v|/bound, and 1 for values without a sign.
  public func strength(of value: Float) -> Float {
    switch self {
    case .range: 1
    case .symmetric(let bound): bound > 0 ? min(value.magnitude / bound, 1) : 0
    }
  }

  /// The values of the first and the last colour.
  public var ends: ClosedRange<Float> {
    switch self {
    case .range(let range): range
    case .symmetric(let bound): bound > 0 ? -bound...bound : 0...0
    }
  }

  /// Whether 0 is in the middle.
  public var isSymmetric: Bool {
    switch self {
    case .range: false
    case .symmetric: true
    }
  }
}
