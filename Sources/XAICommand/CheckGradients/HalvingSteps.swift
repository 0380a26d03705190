/// Steps of central differences, each half the one before.
struct HalvingSteps {
  let values: [Double]

  init(largest: Double, count: Int) {
    precondition(count >= 3, "three steps make two extrapolations to compare")
    values = (0..<count).map { largest / Double(1 << $0) }
  }

  /// The limit of D(h) for h → 0 by Richardson's extrapolation E(h) = (4·D(h/2) − D(h)) / 3.
  ///
  /// The step is the one with the least estimated error: how much two neighbouring extrapolations differ, for what
  /// curvature leaves, and noise / h for rounding. What the limit is compared with has no say in the choice.
  ///
  /// - Parameters:
  ///   - differences: D of each step.
  ///   - noise: how far rounding moves a value of the function.
  /// - Returns: the limit, and its estimated error.
  func extrapolated(_ differences: [Double], noise: Double) -> (limit: Double, uncertainty: Double) {
    let limits = zip(differences, differences.dropFirst()).map { (4 * $1 - $0) / 3 }
    guard limits.count >= 2, limits.allSatisfy(\.isFinite) else { return (.nan, 0) }
    let best = (1..<limits.count).min {
      estimatedError(limits, $0, noise) < estimatedError(limits, $1, noise)
    }
    return (limits[best ?? 1], estimatedError(limits, best ?? 1, noise))
  }

  /// How far the limit is from 0 beyond its uncertainty: the error that differences can prove.
  func provenError(_ gaps: [Double], noise: Double) -> Double {
    let (limit, uncertainty) = extrapolated(gaps, noise: noise)
    return limit.isNaN ? .nan : max(abs(limit) - uncertainty, 0)
  }

  private func estimatedError(_ limits: [Double], _ index: Int, _ noise: Double) -> Double {
    abs(limits[index] - limits[index - 1]) + noise / values[index + 1]
  }
}
