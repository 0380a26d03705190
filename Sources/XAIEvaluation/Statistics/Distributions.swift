import XAIFoundation

/// Distributions that tests of differences need, to some 1e-10.
enum Distributions {
  /// P(Z > z) of the standard normal distribution.
  static func normalTail(_ z: Double) -> Double { complementaryErrorFunction(z / 2.0.squareRoot()) / 2 }

  /// The z above which a share of the standard normal distribution lies, 0 < share < 1.
  static func normalQuantile(above share: Double) -> Double {
    root(of: { normalTail($0) - share }, between: -40, and: 40)
  }

  /// P(│T│ > │t│) of Student's distribution.
  static func studentTails(_ t: Double, degrees: Double) -> Double {
    betaShare(degrees / (degrees + t * t), degrees / 2, 0.5)
  }

  /// The t above which a share of Student's distribution lies, 0 < share < ½.
  static func studentQuantile(above share: Double, degrees: Double) -> Double {
    root(of: { studentTails($0, degrees: degrees) / 2 - share }, between: 0, and: 1e9)
  }

  /// P(X > x) of the χ² distribution.
  static func chiSquareTail(_ x: Double, degrees: Double) -> Double {
    x > 0 ? 1 - gammaShare(x / 2, degrees / 2) : 1
  }

  /// The q that the range of k standard normal values stays below with a probability of 1 − share.
  ///
  /// P(range < q) = k ∫ φ(z)·(Φ(z) − Φ(z − q))^(k − 1) dz: the largest value is at z, and all others are within q below it.
  static func rangeQuantile(above share: Double, count: Int) -> Double {
    root(of: { 1 - share - rangeShare($0, count: count) }, between: 0, and: 100)
  }

  private static func rangeShare(_ q: Double, count: Int) -> Double {
    // The trapezoidal rule is exact to rounding for a smooth function that vanishes at both ends.
    let (low, high, steps) = (-9.0, 9.0, 1800)
    let width = (high - low) / Double(steps)
    let sum = (0...steps).reduce(0.0) { sum, step in
      let z = low + Double(step) * width
      let inside = max(normalTail(z - q) - normalTail(z), 0)
      return sum + exponential(-z * z / 2) * power(inside, Double(count - 1))
    }
    return Double(count) * sum * width / (2 * Double.pi).squareRoot()
  }

  /// The regularised incomplete beta function I_x(a, b), by its continued fraction (Abramowitz and Stegun 1964, 26.5.8).
  static func betaShare(_ x: Double, _ a: Double, _ b: Double) -> Double {
    guard x > 0 else { return 0 }
    guard x < 1 else { return 1 }
    // The fraction converges fast below the mean; above it that of 1 − x does.
    guard x <= (a + 1) / (a + b + 2) else { return 1 - betaShare(1 - x, b, a) }
    let front =
      a * logarithm(x) + b * logarithm(1 - x) + logarithmOfGamma(a + b) - logarithmOfGamma(a)
      - logarithmOfGamma(b)
    let fraction = continuedFraction { step in
      let m = Double(step / 2)
      return step % 2 == 0
        ? m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        : -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
    }
    return exponential(front) / a / fraction
  }

  /// 1 + d₁/(1 + d₂/(1 + …)), by Lentz's method.
  private static func continuedFraction(_ term: (_ step: Int) -> Double) -> Double {
    let tiny = 1e-300
    var (value, numerator, denominator) = (1.0, 1.0, 0.0)
    for step in 1...100_000 {
      let d = term(step)
      denominator = 1 + d * denominator
      denominator = 1 / (denominator == 0 ? tiny : denominator)
      numerator = 1 + d / numerator
      if numerator == 0 { numerator = tiny }
      let change = numerator * denominator
      value *= change
      if abs(change - 1) < 1e-15 { break }
    }
    return value
  }

  /// The regularised incomplete gamma function P(a, x), by its series (Abramowitz and Stegun 1964, 6.5.29).
  private static func gammaShare(_ x: Double, _ a: Double) -> Double {
    // Where the tail is below 1e-16 the series would take many terms to say 1.
    guard x < a + 40 + 12 * a.squareRoot() else { return 1 }
    var (term, sum) = (1 / a, 1 / a)
    for step in 1...100_000 {
      term *= x / (a + Double(step))
      sum += term
      if term < sum * 1e-16 { break }
    }
    return min(exponential(a * logarithm(x) - x - logarithmOfGamma(a)) * sum, 1)
  }

  /// Where a falling function is 0, by bisection.
  private static func root(of f: (Double) -> Double, between low: Double, and high: Double) -> Double {
    var (low, high) = (low, high)
    for _ in 0..<200 where high - low > 1e-13 * max(1, abs(low)) {
      let middle = (low + high) / 2
      if f(middle) > 0 { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}
