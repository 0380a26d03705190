import XAIFoundation

/// What images say about the difference of two explainers in a metric.
public struct PairedComparison: Hashable, Sendable, Encodable {
  /// How many images have values of both.
  public let count: Int
  /// The mean over images of one minus the other; several values of an image count as their mean.
  public let mean: Double
  /// The standard deviation of the difference over images.
  public let deviation: Double
  /// How likely so large a mean is by chance where there is no difference, by Student's paired t-test; nil for fewer than two
  /// images.
  public let p: Double?
  /// The same where all comparisons of its family are looked at together, by Holm's correction.
  public internal(set) var adjustedP: Double?

  /// Whether the two are told apart: p < 0.05, corrected.
  package var isParted: Bool { adjustedP.map { $0 < 0.05 } ?? false }

  /// Compares two lists of one value an image; images without a value in one of them, which is NaN, are left out.
  package init?(_ one: [Double], minus other: [Double]) {
    require(one.count == other.count, "\(one.count) and \(other.count) values are not of the same images")
    let differences = zip(one, other).map { $0 - $1 }.filter(\.isFinite)
    guard !differences.isEmpty else { return nil }
    let n = Double(differences.count)
    let mean = differences.reduce(0, +) / n
    let squares = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    (count, self.mean) = (differences.count, mean)
    deviation = n > 1 ? (squares / (n - 1)).squareRoot() : 0
    guard n > 1 else {
      p = nil
      return
    }
    // Differences that are all the same are no chance, unless there are none.
    let isConstant = differences.allSatisfy { $0 == differences[0] }
    p =
      isConstant || deviation == 0
      ? (mean == 0 ? 1 : 0)
      : Distributions.studentTails(mean / (deviation / n.squareRoot()), degrees: n - 1)
  }

  /// The comparison the other way round.
  var reversed: PairedComparison {
    PairedComparison(count: count, mean: -mean, deviation: deviation, p: p, adjustedP: adjustedP)
  }

  private init(count: Int, mean: Double, deviation: Double, p: Double?, adjustedP: Double?) {
    (self.count, self.mean, self.deviation, self.p, self.adjustedP) = (count, mean, deviation, p, adjustedP)
  }

  /// How many images it takes to find a difference of a size, where images differ as much as these.
  ///
  /// ((z_{1 − α/2} + z_power)·s/δ)², rounded up, of the paired z-test; nil for fewer than two images.
  /// Source: Cohen 1988, "Statistical power analysis for the behavioral sciences", chapter 2.
  ///
  /// - Parameters:
  ///   - difference: the difference δ that is to be found, above 0.
  ///   - level: how often one is found where there is none.
  ///   - power: how often it is found where there is one.
  public func imageCount(toFind difference: Double, level: Double = 0.05, power: Double = 0.8) -> Int? {
    guard count > 1, difference > 0, (0..<1).contains(level), level > 0, (0..<1).contains(power), power > 0
    else { return nil }
    let z =
      Distributions.normalQuantile(above: level / 2) + Distributions.normalQuantile(above: 1 - power)
    let needed = (z * deviation / difference) * (z * deviation / difference)
    // At least two, without which nothing is compared.
    return needed < 1e15 ? max(2, Int(needed.rounded(.up))) : nil
  }
}

/// Holm's correction: p-values of a family of tests such that any false alarm among them is as rare as in a single one.
///
/// The i-th lowest of m is multiplied by m − i + 1, and is no lower than those before it. Source: Holm 1979, "A simple
/// sequentially rejective multiple test procedure".
package func holmAdjusted(_ p: [Double]) -> [Double] {
  var adjusted = p
  var highest = 0.0
  for (place, index) in p.indices.sorted(by: { (p[$0], $0) < (p[$1], $1) }).enumerated() {
    highest = max(highest, min(Double(p.count - place) * p[index], 1))
    adjusted[index] = highest
  }
  return adjusted
}

extension Array where Element == PairedComparison? {
  /// The comparisons with Holm's correction over all that have a p-value.
  package var adjusted: [PairedComparison?] {
    let tested = indices.filter { self[$0]?.p != nil }
    var result = self
    for (index, p) in zip(tested, holmAdjusted(tested.compactMap { self[$0]?.p })) {
      result[index]?.adjustedP = p
    }
    return result
  }
}
