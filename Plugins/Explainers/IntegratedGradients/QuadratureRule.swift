public import XAICore
import XAIFoundation

/// How an integral over [0, 1] becomes a weighted sum.
public enum QuadratureRule: String, OptionValue, CaseIterable {
  /// Gauss and Legendre: exact for polynomials of degree 2n − 1.
  case gaussLegendre = "gauss-legendre"
  /// Equal steps, both ends counting half.
  case trapezoid

  /// Places in [0, 1] in ascending order, and weights that sum to 1; at least two.
  func points(_ count: Int) -> [(place: Double, weight: Double)] {
    switch self {
    case .trapezoid:
      let step = 1 / Double(count - 1)
      return (0..<count).map { (Double($0) * step, $0 == 0 || $0 == count - 1 ? step / 2 : step) }
    case .gaussLegendre:
      return (0..<count).map { index in
        // Newton's method from Tricomi's estimate of the root; on [−1, 1] the weight is 2/((1 − x²)·P′(x)²).
        var x = -cosine(Double.pi * (Double(index) + 0.75) / (Double(count) + 0.5))
        var slope = 0.0
        for _ in 0..<100 {
          let (value, derivative) = Self.legendre(count, at: x)
          slope = derivative
          let change = value / derivative
          x -= change
          if abs(change) < 1e-16 { break }
        }
        return ((x + 1) / 2, 1 / ((1 - x * x) * slope * slope))
      }
    }
  }

  /// P_n(x) and its derivative, by (k + 1)·P_{k+1} = (2k + 1)·x·P_k − k·P_{k−1}.
  private static func legendre(_ degree: Int, at x: Double) -> (value: Double, derivative: Double) {
    var (last, value) = (1.0, x)
    for k in 1..<degree {
      (last, value) = (value, (Double(2 * k + 1) * x * value - Double(k) * last) / Double(k + 1))
    }
    return (value, Double(degree) * (x * value - last) / (x * x - 1))
  }
}
