/// The ends of a 95 % interval: percentiles of resampled values, or Wilson's ends of a share.
public struct ConfidenceInterval: Hashable, Sendable, Encodable {
  /// The lower end; of resampled values the 2.5th percentile.
  public var low: Double
  /// The upper end; of resampled values the 97.5th percentile.
  public var high: Double

  /// Holds the ends of an interval.
  public init(low: Double, high: Double) {
    self.low = low
    self.high = high
  }
}

/// A mean, of how many values, with its interval.
public struct Estimate: Hashable, Sendable, Encodable {
  /// How many values: one an image and class that has one.
  public var count: Int
  /// Their mean.
  public var mean: Double
  /// Its 95 % interval; nil where fewer than two images have values, since then nothing can be resampled.
  public var interval: ConfidenceInterval?

  /// Holds a mean.
  public init(count: Int, mean: Double, interval: ConfidenceInterval?) {
    self.count = count
    self.mean = mean
    self.interval = interval
  }
}
