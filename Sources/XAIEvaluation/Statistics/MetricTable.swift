import XAICore
public import XAIEvaluation

/// A metric's values of all explainers: one table of a report.
public struct MetricTable: Sendable {
  /// The metric with its protocol.
  public let metric: MetricIdentity
  /// One row per explainer, in the order of the experiment.
  public let rows: [Row]
  /// Subjects, one an image and class, that the metric could have judged.
  public let subjectCount: Int

  /// An explainer in a table.
  public struct Row: Sendable {
    /// The mean of its values; nil where it has none.
    public let estimate: Estimate?
    /// The mean of its value minus the baseline's, over subjects that have both; nil for the baseline itself.
    public let difference: Estimate?
    /// Its place by the means, 1 being the best; nil where it has no values, or no direction is better.
    public let rank: Int?
  }

  /// What an interval of a difference says.
  public enum Verdict: String, Sendable, Encodable {
    /// All of the interval is on the better side of zero.
    case better
    /// All of the interval is on the worse side of zero.
    case worse
    /// All of the interval is on one side of zero, and neither side is better.
    case different
    /// The interval contains zero.
    case unclear
  }

  /// What the difference of a row says; nil where it has none, or no interval.
  public func verdict(of row: Row) -> Verdict? {
    guard let interval = row.difference?.interval else { return nil }
    // Values are made of single-precision probabilities: what is less than that is no difference.
    let least = 1e-6 * (metric.descriptor.highest - metric.descriptor.lowest)
    guard interval.low > least || interval.high < -least else { return .unclear }
    switch metric.descriptor.direction {
    case .higher: return interval.low > 0 ? .better : .worse
    case .lower: return interval.high < 0 ? .better : .worse
    case .neither: return .different
    }
  }
}

extension MetricTable {
  /// The tables of all metrics.
  ///
  /// - Parameter baseline: the explainer that differences are taken from.
  static func all(
    of subjects: Subjects, in experiment: Experiment, baseline: Int, by bootstrap: Bootstrap
  ) -> [MetricTable] {
    let explainers = experiment.explainers.indices
    return experiment.metrics.enumerated().map { index, metric in
      var columns = ClusteredValues(imageCount: subjects.imageCount)
      for explainer in explainers {
        columns.append(subjects.map { $0.maps[explainer].number(index) })
      }
      for explainer in explainers {
        columns.append(
          subjects.map { subject in
            guard let value = subject.maps[explainer].number(index),
              let reference = subject.maps[baseline].number(index)
            else { return nil }
            return value - reference
          })
      }
      let estimates = bootstrap.estimates(of: columns)
      let means = explainers.map { estimates[$0]?.mean }
      let ranks = ranks(of: means, direction: metric.descriptor.direction)
      let rows = explainers.map { explainer in
        Row(
          estimate: estimates[explainer],
          difference: explainer == baseline ? nil : estimates[explainers.count + explainer],
          rank: ranks[explainer])
      }
      return MetricTable(metric: metric, rows: rows, subjectCount: subjects.count)
    }
  }
}

/// The place of each mean, 1 being the best and equal ones sharing the better place.
func ranks(of means: [Double?], direction: MetricDescriptor.Direction) -> [Int?] {
  guard direction != .neither else { return means.map { _ in nil } }
  return means.map { mean in
    mean.map { mean in
      1 + means.count { other in other.map { direction == .higher ? $0 > mean : $0 < mean } ?? false }
    }
  }
}

extension MapResult {
  /// The value of a metric; nil where there is none, or it is not finite.
  func number(_ metric: Int) -> Double? { values[metric].flatMap { $0.number.isFinite ? $0.number : nil } }
}

/// The ends of a 95 % bootstrap interval.
public struct Interval: Hashable, Sendable, Encodable {
  /// The 2.5th percentile of the resampled values.
  public var low: Double
  /// Their 97.5th percentile.
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
  public var interval: Interval?

  /// Holds a mean.
  public init(count: Int, mean: Double, interval: Interval?) {
    self.count = count
    self.mean = mean
    self.interval = interval
  }
}

/// What an evaluation asked about, one an image and class, in the order of the sample.
struct Subjects: Sendable {
  /// The images that have any.
  let images: [ImageResult]

  /// Takes the images that were evaluated.
  init(_ images: [ImageResult]) {
    self.images = images.filter { $0.failure == nil && !$0.subjects.isEmpty }
  }

  /// How many images there are.
  var imageCount: Int { images.count }

  /// How many subjects there are.
  var count: Int { images.reduce(0) { $0 + $1.subjects.count } }

  /// A number of each subject, image by image; subjects without one are left out.
  func map(_ number: (SubjectResult) -> Double?) -> [[Double]] {
    images.map { $0.subjects.compactMap(number) }
  }
}

/// A subject of a report: a class of an image.
public struct SubjectPlace: Hashable, Sendable {
  /// The image's index among those that were evaluated.
  public let image: Int
  /// The class's index among those that the image was asked about.
  public let subject: Int
}
