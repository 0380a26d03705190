import XAICore
public import XAIEvaluation
import XAIFoundation

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

  /// The first, the last and evenly spread ones between, at most `limit`, which is 2 or more.
  static func chosenPlaces(of count: Int, atMost limit: Int = pointLimit) -> [Int] {
    guard count > limit else { return Array(0..<count) }
    return (0..<limit).map { ($0 * (count - 1) + (limit - 1) / 2) / (limit - 1) }
  }
}

/// The mean curves of a metric, of images that come one by one.
struct CurvePass {
  private let metric: Int
  private let explainerCount: Int
  private let draws: Lazy<ResampleDraws>
  /// Images that came before the first one with a curve.
  private var skipped = 0
  private var curves: (x: [Double], places: [Int], rows: ResampledRows)?

  /// Begins without an image.
  ///
  /// - Parameter draws: of as many images as will come; made when a curve is there.
  init(of metric: Int, in experiment: Experiment, draws: Lazy<ResampleDraws>) {
    self.metric = metric
    explainerCount = experiment.explainers.count
    self.draws = draws
  }

  /// Adds the next image that was evaluated.
  mutating func add(_ image: ImageResult) {
    if curves == nil { begin(image) }
    guard let (x, places, _) = curves else {
      skipped += 1
      return
    }
    var sums = [Double](repeating: 0, count: explainerCount * places.count)
    var counts = [Double](repeating: 0, count: explainerCount)
    for subject in image.subjects {
      for (explainer, map) in subject.maps.enumerated() {
        // All curves of a metric have the same x; one that has not can't be averaged with the others.
        guard let curve = map.values[metric]?.curve, curve.x == x, curve.y.allSatisfy(\.isFinite) else {
          continue
        }
        for (index, place) in places.enumerated() { sums[explainer * places.count + index] += curve.y[place] }
        counts[explainer] += 1
      }
    }
    curves?.rows.append(sums: sums, counts: counts)
  }

  /// The first curve says where the points are.
  private mutating func begin(_ image: ImageResult) {
    let first = image.subjects.lazy.flatMap(\.maps).compactMap { [metric] in $0.values[metric]?.curve }.first
    guard let x = first?.x, x.count > 1 else { return }
    let places = CurveFamily.chosenPlaces(of: x.count)
    var rows = ResampledRows(draws.value, groupCount: explainerCount, groupSize: places.count)
    for _ in 0..<skipped {
      rows.append(
        sums: [Double](repeating: 0, count: explainerCount * places.count),
        counts: [Double](repeating: 0, count: explainerCount))
    }
    curves = (x, places, rows)
  }

  /// The family of the images that were added; nil without a curve.
  mutating func family(in experiment: Experiment) -> CurveFamily? {
    guard let (x, places, _) = curves, let estimates = curves?.rows.estimates() else { return nil }
    let points = (0..<explainerCount).map { explainer -> [CurveFamily.Point] in
      places.enumerated().compactMap { index, place in
        estimates[explainer * places.count + index].map { CurveFamily.Point(x: x[place], y: $0) }
      }
    }
    return CurveFamily(metric: experiment.metrics[metric], curves: points)
  }
}
