/// What the first images of a sample come to by some kernels, to be held against what they come to by others.
public struct KernelCheck: Hashable, Sendable {
  /// The kernels, without their threads.
  public var kernels: String
  /// The numbers of the metrics.
  public var values: [Place: Double]

  /// Where a number belongs.
  public struct Place: Hashable, Sendable {
    /// The image's place in the sample.
    public var position: Int
    /// Which class of those that it was asked about.
    public var subject: Int
    /// Which explainer of the experiment.
    public var explainer: Int
    /// Which metric of the experiment.
    public var metric: Int

    /// Names a place.
    public init(position: Int, subject: Int, explainer: Int, metric: Int) {
      (self.position, self.subject, self.explainer, self.metric) = (position, subject, explainer, metric)
    }
  }

  /// Holds numbers.
  public init(kernels: String, values: [Place: Double]) {
    self.kernels = kernels
    self.values = values
  }

  /// Takes the numbers out of results.
  package init(kernels: String, images: [ImageResult]) {
    var values: [Place: Double] = [:]
    for image in images {
      for (subject, result) in image.subjects.enumerated() {
        for (explainer, map) in result.maps.enumerated() {
          for metric in map.values.indices {
            let place = Place(
              position: image.position, subject: subject, explainer: explainer, metric: metric)
            values[place] = map.number(metric)
          }
        }
      }
    }
    self.init(kernels: kernels, values: values)
  }

  /// The largest difference of a metric's numbers between any two of some kernels; nil where no number is there twice.
  package static func largestDifference(of metric: Int, among checks: [KernelCheck]) -> Double? {
    var ranges: [Place: (low: Double, high: Double, count: Int)] = [:]
    for check in checks {
      for (place, value) in check.values where place.metric == metric {
        let known = ranges[place] ?? (value, value, 0)
        ranges[place] = (min(known.low, value), max(known.high, value), known.count + 1)
      }
    }
    return ranges.values.filter { $0.count > 1 }.map { $0.high - $0.low }.max()
  }
}
