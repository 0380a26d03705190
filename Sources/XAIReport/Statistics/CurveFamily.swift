import XAICore
public import XAIEvaluation

/// The mean curves of all explainers under a metric whose values are summaries of curves.
public struct CurveFamily: Sendable {
  /// A point of a mean curve.
  public struct Point: Sendable {
    /// Where it is.
    public let x: Double
    /// The mean there, with its interval.
    public let y: Estimate
  }

  /// The metric.
  public let metric: MetricIdentity
  /// The curve of each explainer; empty where it has none.
  public let curves: [[Point]]
}

extension CurveFamily {
  /// More points than a chart of this size can show are thinned out.
  static let pointLimit = 61

  /// The families of the metrics whose values have curves.
  static func all(of subjects: Subjects, in experiment: Experiment, by bootstrap: Bootstrap) -> [CurveFamily]
  {
    experiment.metrics.indices.compactMap { metric in
      family(of: metric, subjects, experiment, bootstrap)
    }
  }

  private static func family(
    of metric: Int, _ subjects: Subjects, _ experiment: Experiment, _ bootstrap: Bootstrap
  ) -> CurveFamily? {
    let first = subjects.images.lazy.flatMap(\.subjects).flatMap(\.maps)
      .compactMap { $0.values[metric]?.curve }.first
    guard let x = first?.x, x.count > 1 else { return nil }
    let places = chosenPlaces(of: x.count)
    var columns = ClusteredValues(imageCount: subjects.imageCount)
    for explainer in experiment.explainers.indices {
      for place in places {
        columns.append(
          subjects.map { subject in
            // All curves of a metric have the same x; one that has not can't be averaged with the others.
            guard let curve = subject.maps[explainer].values[metric]?.curve, curve.x == x else { return nil }
            return curve.y[place]
          })
      }
    }
    let estimates = bootstrap.estimates(of: columns)
    let curves = experiment.explainers.indices.map { explainer in
      places.enumerated().compactMap { index, place in
        estimates[explainer * places.count + index].map { Point(x: x[place], y: $0) }
      }
    }
    return CurveFamily(metric: experiment.metrics[metric], curves: curves)
  }

  /// The first, the last and evenly spread ones between, at most `pointLimit`.
  static func chosenPlaces(of count: Int) -> [Int] {
    guard count > pointLimit else { return Array(0..<count) }
    return (0..<pointLimit).map { ($0 * (count - 1) + (pointLimit - 1) / 2) / (pointLimit - 1) }
  }
}
