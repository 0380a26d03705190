import Dispatch
import XAIFoundation

/// How often each resample of a bootstrap draws each image, a byte for each.
///
/// The draws of `Bootstrap.forEachResample(of:)`, all of them at once.
package struct ResampleDraws: Sendable {
  let resampleCount: Int
  let imageCount: Int
  /// How often resample `r` draws image `i`, at `i · resampleCount + r`.
  let counts: [UInt8]

  /// Draws images.
  package init(_ bootstrap: Bootstrap, imageCount: Int) {
    resampleCount = bootstrap.resampleCount
    self.imageCount = imageCount
    var random = SeededRandom(seed: bootstrap.seed, UInt64(imageCount))
    var counts = [UInt8](repeating: 0, count: imageCount * resampleCount)
    for resample in 0..<resampleCount {
      // 256 draws of one image among as many as there are: not in the life of the universe.
      for _ in 0..<imageCount { counts[random.index(below: imageCount) * resampleCount + resample] += 1 }
    }
    self.counts = counts
  }
}

/// The means of columns over the resamples of a bootstrap, of values that come image by image and aren't kept.
///
/// Sums are made in the order of `Bootstrap.forEachResample(of:)` and have the same bits; what is kept are the sums of each
/// resample. Columns are in groups, such as the points of a curve, which have the same number of values.
package struct ResampledRows: Sendable {
  private let draws: ResampleDraws
  private let groupCount: Int
  private let columnCount: Int
  /// The sums of each resample, and behind them those of all images: the values of all columns, then how many a group has.
  private var totals: [Double]
  /// Rows that are not added yet.
  private var rows: [Double] = []
  private var firstRow = 0
  private var nextRow = 0
  /// How many images have values in each group.
  private var imageCounts: [Int]

  /// Rows that are added at once, which stay in the cache while the resamples go over them.
  private static let blockSize = 32

  /// Begins without a row.
  ///
  /// - Parameters:
  ///   - draws: of as many images as rows will come.
  ///   - groupCount: groups of columns.
  ///   - groupSize: columns of each.
  package init(_ draws: ResampleDraws, groupCount: Int, groupSize: Int) {
    self.draws = draws
    self.groupCount = groupCount
    columnCount = groupCount * groupSize
    totals = [Double](repeating: 0, count: (draws.resampleCount + 1) * (columnCount + groupCount))
    imageCounts = [Int](repeating: 0, count: groupCount)
  }

  private var width: Int { columnCount + groupCount }

  /// Adds the next image: the sum of its values in each column, and how many there are in each group.
  package mutating func append(sums: [Double], counts: [Double]) {
    require(sums.count == columnCount && counts.count == groupCount, "a row of another number of columns")
    require(nextRow < draws.imageCount, "more rows than images were announced")
    for group in 0..<groupCount where counts[group] > 0 { imageCounts[group] += 1 }
    rows += sums
    rows += counts
    nextRow += 1
    if nextRow - firstRow == Self.blockSize { addRows() }
  }

  /// The mean of each column with its interval; nil where it has no values.
  package mutating func estimates() -> [Estimate?] {
    addRows()
    let (width, resampleCount) = (width, draws.resampleCount)
    return (0..<columnCount).map { column in
      let group = column / (columnCount / groupCount)
      let count = totals[resampleCount * width + columnCount + group]
      guard count > 0 else { return nil }
      return Estimate(
        count: Int(count), mean: mean(column, resampleCount),
        interval: imageCounts[group] > 1
          ? ConfidenceInterval(percentilesOf: (0..<resampleCount).map { mean(column, $0) }) : nil)
    }
  }

  /// The mean of each column over all images, NaN where it has no values.
  package mutating func means() -> [Double] {
    addRows()
    return (0..<columnCount).map { mean($0, draws.resampleCount) }
  }

  /// Calls `body` with the means of all columns in each resample; a column without values there has NaN.
  package mutating func forEachResample(_ body: (_ means: [Double]) -> Void) {
    addRows()
    for resample in 0..<draws.resampleCount { body((0..<columnCount).map { mean($0, resample) }) }
  }

  /// How many images have values in a group.
  package func imageCount(of group: Int) -> Int { imageCounts[group] }

  /// The mean of a column in a resample; the one behind the last stands for all images.
  private func mean(_ column: Int, _ resample: Int) -> Double {
    let group = column / (columnCount / groupCount)
    return totals[resample * width + column] / totals[resample * width + columnCount + group]
  }

  private mutating func addRows() {
    let (width, resampleCount) = (width, draws.resampleCount)
    let (rowCount, firstRow) = (nextRow - firstRow, firstRow)
    defer {
      rows.removeAll(keepingCapacity: true)
      self.firstRow = nextRow
    }
    guard rowCount > 0, width > 0 else { return }
    // Each part writes the sums of its own resamples, in the order of the images.
    let parts = min(MachineLimits.processorCount, resampleCount + 1)
    rows.withUnsafeBufferPointer { rows in
      draws.counts.withUnsafeBufferPointer { draws in
        totals.withUnsafeMutableBufferPointer { totals in
          nonisolated(unsafe) let (rows, draws, totals) = (rows, draws, totals)
          DispatchQueue.concurrentPerform(iterations: parts) { part in
            for resample in stride(from: part, through: resampleCount, by: parts) {
              let sums = UnsafeMutableBufferPointer(
                rebasing: totals[resample * width..<(resample + 1) * width])
              for row in 0..<rowCount {
                // Behind the resamples stands the sample itself.
                let times =
                  resample == resampleCount ? 1 : Double(draws[(firstRow + row) * resampleCount + resample])
                guard times > 0 else { continue }
                let values = UnsafeBufferPointer(rebasing: rows[row * width..<(row + 1) * width])
                for column in 0..<width { sums[column] += times * values[column] }
              }
            }
          }
        }
      }
    }
  }
}
