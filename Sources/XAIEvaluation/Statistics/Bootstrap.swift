import XAICore
import XAIFoundation

/// Draws images again and again, with replacement, to see how much a mean depends on which images there were.
///
/// Source: Efron 1979, "Bootstrap methods: another look at the jackknife"; the percentile interval of Efron and
/// Tibshirani 1993, chapter 13; images as clusters as in Field and Welsh 2007, "Bootstrapping clustered data". All
/// columns share the draws, and draws depend on the seed and the number of images alone, so that a table made twice is
/// the same.
package struct Bootstrap: Sendable {
  /// How often the images are drawn.
  package let resampleCount: Int
  /// What the draws begin with.
  package let seed: UInt64

  /// States the draws; by default those that tables are made with.
  package init(resampleCount: Int = 2000, seed: UInt64 = 1) {
    (self.resampleCount, self.seed) = (resampleCount, seed)
  }

  /// Calls `body` with the means of all columns in each resample; a column without values there has NaN.
  package func forEachResample(of values: ClusteredValues, _ body: (_ means: [Double]) -> Void) {
    let (images, columns) = (values.imageCount, values.columnCount)
    guard images > 0, columns > 0 else { return }
    // Image by image and next to one another, so that a drawn image is one run over memory.
    let all = values.sums + values.counts
    let width = all.count
    var rows = [Double](repeating: 0, count: images * width)
    for (column, elements) in all.enumerated() {
      for image in 0..<images { rows[image * width + column] = elements[image] }
    }
    var random = SeededRandom(seed: seed, UInt64(images))
    var draws = [Double](repeating: 0, count: images)
    var totals = [Double](repeating: 0, count: width)
    var means = [Double](repeating: 0, count: columns)
    for _ in 0..<resampleCount {
      draw(&draws, from: &random)
      add(rows, times: draws, to: &totals)
      for column in 0..<columns {
        means[column] = totals[column] / totals[columns + values.countIndex[column]]
      }
      body(means)
    }
  }

  /// The percentile interval of the mean of each column; nil where fewer than two images have values.
  package func intervals(of values: ClusteredValues) -> [ConfidenceInterval?] {
    var replicates = [[Double]](repeating: [], count: values.columnCount)
    for column in replicates.indices { replicates[column].reserveCapacity(resampleCount) }
    forEachResample(of: values) { means in
      for column in means.indices { replicates[column].append(means[column]) }
    }
    return replicates.indices.map { column in
      values.imageCount(of: column) > 1 ? ConfidenceInterval(percentilesOf: replicates[column]) : nil
    }
  }

  /// The mean of each column with its interval; nil where a column has no values.
  package func estimates(of values: ClusteredValues) -> [Estimate?] {
    zip(0..<values.columnCount, intervals(of: values)).map { column, interval in
      values.mean(column).map { Estimate(count: values.count(column), mean: $0, interval: interval) }
    }
  }

  /// How often each image is drawn when as many are drawn as there are.
  private func draw(_ draws: inout [Double], from random: inout SeededRandom) {
    for index in draws.indices { draws[index] = 0 }
    for _ in draws.indices {
      draws[random.index(below: draws.count)] += 1
    }
  }

  private func add(_ rows: [Double], times draws: [Double], to totals: inout [Double]) {
    let width = totals.count
    rows.withUnsafeBufferPointer { rows in
      totals.withUnsafeMutableBufferPointer { totals in
        for column in 0..<width { totals[column] = 0 }
        for (image, times) in draws.enumerated() where times > 0 {
          let row = rows[image * width..<(image + 1) * width]
          for column in 0..<width { totals[column] += times * row[row.startIndex + column] }
        }
      }
    }
  }
}

extension ConfidenceInterval {
  /// The 2.5th and 97.5th percentile of some values, those that are not finite left out; nil where none is left.
  package init?(percentilesOf values: [Double]) {
    let sorted = values.filter(\.isFinite).sorted()
    guard !sorted.isEmpty else { return nil }
    self.init(low: quantile(0.025, of: sorted), high: quantile(0.975, of: sorted))
  }
}
