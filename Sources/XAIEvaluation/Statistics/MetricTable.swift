package import XAICore
import XAIFoundation

/// A metric's values of all explainers: one table of a report.
public struct MetricTable: Hashable, Sendable {
  /// The metric with its protocol.
  public let metric: MetricIdentity
  /// One row per explainer, in the order of the experiment.
  public let rows: [Row]
  /// Subjects, one an image and class, that the metric could have judged.
  public let subjectCount: Int
  /// All explainers against one another.
  public let comparisons: MetricComparisons
  /// Whether all values are at the ends of the metric's range, so that means are shares with Wilson's interval.
  public let isShare: Bool

  /// An explainer in a table.
  public struct Row: Hashable, Sendable {
    /// The explainer as users write it.
    public let explainer: String
    /// The mean of its values; nil where it has none.
    public let estimate: Estimate?
    /// The mean of its value minus the baseline's, over subjects that have both; nil for the baseline itself.
    public let difference: Estimate?
    /// The test of that difference over images, with Holm's correction over the rows of the table; nil for the baseline.
    public let comparison: PairedComparison?
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
  package static func all(
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
      var estimates = bootstrap.estimates(of: columns)
      let isShare = metric.descriptor.isShare(
        explainers.lazy.flatMap { explainer in
          subjects.map { $0.maps[explainer].number(index) }.joined()
        })
      if isShare {
        for explainer in explainers {
          guard let mean = estimates[explainer]?.mean else { continue }
          estimates[explainer]?.interval = metric.descriptor.shareInterval(
            mean: mean, imageCount: columns.imageCount(of: explainer))
        }
      }
      let imageMeans = explainers.map { explainer in
        subjects.imageMeans { $0.maps[explainer].number(index) }
      }
      let tested = explainers.map {
        $0 == baseline ? nil : PairedComparison(imageMeans[$0], minus: imageMeans[baseline])
      }.adjusted
      let means = explainers.map { estimates[$0]?.mean }
      let ranks = ranks(of: means, direction: metric.descriptor.direction)
      let rows = explainers.map { explainer in
        Row(
          explainer: experiment.explainers[explainer].specification, estimate: estimates[explainer],
          difference: explainer == baseline ? nil : estimates[explainers.count + explainer],
          comparison: tested[explainer],
          rank: ranks[explainer])
      }
      return MetricTable(
        metric: metric, rows: rows, subjectCount: subjects.count,
        comparisons: MetricComparisons(of: imageMeans, direction: metric.descriptor.direction),
        isShare: isShare)
    }
  }
}

/// The place of each mean, 1 being the best and equal ones sharing the better place.
package func ranks(of means: [Double?], direction: MetricDescriptor.Direction) -> [Int?] {
  guard direction != .neither else { return means.map { _ in nil } }
  return means.map { mean in
    mean.map { mean in
      1 + means.count { other in other.map { direction == .higher ? $0 > mean : $0 < mean } ?? false }
    }
  }
}

extension MapResult {
  /// The value of a metric; nil where there is none, or it is not finite.
  package func number(_ metric: Int) -> Double? {
    values[metric].flatMap { $0.number.isFinite ? $0.number : nil }
  }
}

extension MetricTable: CustomStringConvertible {
  /// A line for the metric and its unit, and one for each explainer with its mean and 95 % interval.
  public var description: String {
    (["\(metric.specification), \(metric.descriptor.unit)"]
      + rows.map { row in
        guard let estimate = row.estimate else { return "  \(row.explainer): no values" }
        let interval = estimate.interval.map {
          ", 95 % \(decimal($0.low, places: 4)) to \(decimal($0.high, places: 4))"
        }
        return "  \(row.explainer): \(decimal(estimate.mean, places: 4))\(interval ?? "")"
      }).joined(separator: "\n")
  }
}
