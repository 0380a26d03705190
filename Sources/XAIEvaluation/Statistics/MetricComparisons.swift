package import XAICore

/// All explainers against one another in a metric, image by image.
public struct MetricComparisons: Hashable, Sendable {
  /// `pairs[a][b]`: a minus b, p-values corrected over all pairs; nil on the diagonal and where no image has both.
  public let pairs: [[PairedComparison?]]
  /// Mean ranks over the images that have all values; nil where nothing is better, or too little is there to rank.
  public let meanRanks: MeanRanks?

  /// Compares explainers by one value an image, a list for each explainer; NaN where there is none.
  package init(of columns: [[Double]], direction: MetricDescriptor.Direction) {
    let places = columns.indices.flatMap { a in columns.indices.dropFirst(a + 1).map { (a, $0) } }
    let compared = places.map { PairedComparison(columns[$0], minus: columns[$1]) }.adjusted
    var pairs = columns.map { _ in [PairedComparison?](repeating: nil, count: columns.count) }
    for ((a, b), comparison) in zip(places, compared) {
      pairs[a][b] = comparison
      pairs[b][a] = comparison?.reversed
    }
    self.pairs = pairs
    meanRanks = MeanRanks(of: columns, direction: direction)
  }
}

extension Subjects {
  /// One value of a metric for each image: the mean of those of its classes, NaN where there is none.
  func imageMeans(_ number: (SubjectResult) -> Double?) -> [Double] {
    map(number).map { $0.isEmpty ? .nan : $0.reduce(0, +) / Double($0.count) }
  }
}
