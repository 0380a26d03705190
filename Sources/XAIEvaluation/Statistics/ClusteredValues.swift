import XAIFoundation

/// Columns of values of which each belongs to an image, kept as what resampling images needs: sums and counts.
///
/// Several values of one image (one per class that was asked about) are not independent, so images are drawn and bring
/// all of their values with them.
package struct ClusteredValues: Sendable {
  /// How many images there are to draw from.
  package let imageCount: Int
  /// The sum of each column's values in each image: `sums[column][image]`.
  private(set) var sums: [[Double]] = []
  /// The distinct patterns of how many values the images have.
  private(set) var counts: [[Double]] = []
  /// Which of the patterns each column has.
  private(set) var countIndex: [Int] = []
  private var knownCounts: [[Double]: Int] = [:]

  package init(imageCount: Int) {
    self.imageCount = imageCount
  }

  /// Adds a column of `values[image]`; what is not finite counts as not there.
  package mutating func append(_ values: [[Double]]) {
    require(values.count == imageCount, "\(values.count) lists for \(imageCount) images")
    let finite = values.map { $0.filter(\.isFinite) }
    append(sums: finite.map { $0.reduce(0, +) }, counts: finite.map { Double($0.count) })
  }

  /// Adds a column by the sum of each image's values and how many there are.
  package mutating func append(sums column: [Double], counts: [Double]) {
    require(column.count == imageCount && counts.count == imageCount, "a column of another number of images")
    sums.append(column)
    if let known = knownCounts[counts] {
      countIndex.append(known)
    } else {
      knownCounts[counts] = self.counts.count
      countIndex.append(self.counts.count)
      self.counts.append(counts)
    }
  }

  /// How many columns there are.
  package var columnCount: Int { sums.count }

  /// How many values a column has.
  package func count(_ column: Int) -> Int { Int(counts[countIndex[column]].reduce(0, +)) }

  /// How many images have values in a column.
  package func imageCount(of column: Int) -> Int { counts[countIndex[column]].count { $0 > 0 } }

  /// The mean of a column; nil where it has no values.
  package func mean(_ column: Int) -> Double? {
    let count = count(column)
    return count > 0 ? sums[column].reduce(0, +) / Double(count) : nil
  }
}
