import XAICore

extension ConfidenceInterval {
  /// The 95 % interval of a share, where of `count` images a share is what is counted.
  ///
  /// (p + z²/2n ± z·√(p(1 − p)/n + z²/4n²)) / (1 + z²/n). Unlike resampling it has a width where all of them are, or none is.
  /// Source: Wilson 1927, "Probable inference, the law of succession, and statistical inference".
  package init(wilsonOf share: Double, count: Int) {
    let (n, z) = (Double(count), 1.959963984540054)
    let centre = share + z * z / (2 * n)
    let half = z * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot()
    let scale = 1 + z * z / n
    self.init(low: max((centre - half) / scale, 0), high: min((centre + half) / scale, 1))
  }
}

extension MetricDescriptor {
  /// Whether values are all at the ends of the range, as those of a metric that says yes or no.
  package func isShare(_ values: some Sequence<Double>) -> Bool {
    var isEmpty = true
    for value in values {
      guard value == lowest || value == highest else { return false }
      isEmpty = false
    }
    return !isEmpty
  }

  /// Wilson's interval of a mean of such values; nil where fewer than two images have values.
  ///
  /// Values of one image aren't independent: where images have several, an image counts as one.
  package func shareInterval(mean: Double, imageCount: Int) -> ConfidenceInterval? {
    guard imageCount > 1 else { return nil }
    let width = highest - lowest
    let interval = ConfidenceInterval(wilsonOf: (mean - lowest) / width, count: imageCount)
    return ConfidenceInterval(low: lowest + interval.low * width, high: lowest + interval.high * width)
  }
}
