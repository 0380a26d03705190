package import XAICore
import XAIFoundation

/// How explainers rank on average over images, and how far mean ranks have to be apart.
public struct MeanRanks: Hashable, Sendable, Encodable {
  /// How many images have values of all explainers: only these are ranked.
  public let count: Int
  /// The mean rank of each explainer, 1 being the best and equal values sharing the mean of theirs.
  public let ranks: [Double]
  /// Friedman's χ², corrected for equal values.
  public let chiSquare: Double
  /// How likely that is by chance where all explainers are alike.
  public let p: Double
  /// Mean ranks that are at least so far apart differ at the level of 5 %, all pairs taken together: Nemenyi's critical
  /// difference.
  public let criticalDifference: Double

  /// Ranks explainers; nil where nothing is better, for fewer than two of them, or for fewer than two images.
  ///
  /// The critical difference is q·√(k(k + 1)/12n), q being the 95 % point of the range of k normal values.
  /// Sources: Friedman 1937, "The use of ranks to avoid the assumption of normality"; Nemenyi 1963; Demšar 2006, "Statistical
  /// comparisons of classifiers over multiple data sets".
  ///
  /// - Parameter columns: a value of each image, a list for each explainer; NaN where there is none.
  package init?(of columns: [[Double]], direction: MetricDescriptor.Direction) {
    guard direction != .neither, columns.count > 1 else { return nil }
    let images = columns[0].indices.filter { image in columns.allSatisfy { $0[image].isFinite } }
    guard images.count > 1 else { return nil }
    let (n, k) = (Double(images.count), Double(columns.count))
    var sums = [Double](repeating: 0, count: columns.count)
    var ties = 0.0
    for image in images {
      let values = columns.map { direction == .higher ? -$0[image] : $0[image] }
      for (explainer, rank) in XAICore.ranks(of: values).enumerated() { sums[explainer] += rank + 1 }
      for same in Dictionary(grouping: values, by: { $0 }).values where same.count > 1 {
        let t = Double(same.count)
        ties += t * t * t - t
      }
    }
    count = images.count
    ranks = sums.map { $0 / n }
    let squares = sums.reduce(0) { $0 + $1 * $1 }
    let correction = 1 - ties / (n * k * (k * k - 1))
    // Where every image has all explainers alike there is nothing to test.
    chiSquare = correction > 0 ? (12 / (n * k * (k + 1)) * squares - 3 * n * (k + 1)) / correction : 0
    p = Distributions.chiSquareTail(chiSquare, degrees: k - 1)
    criticalDifference =
      Distributions.rangeQuantile(above: 0.05, count: columns.count) * (k * (k + 1) / (12 * n)).squareRoot()
  }
}
