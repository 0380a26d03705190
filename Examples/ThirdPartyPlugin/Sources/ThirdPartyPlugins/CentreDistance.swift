import XAI

/// How far from the middle of the image a map lies.
///
/// Photographers put the object there, so a map in the middle may look right without explaining anything.
///
/// Σ_p |s_p|·d_p / Σ_p |s_p|, with d_p the distance of a patch from the middle as a share of a corner's distance.
public struct CentreDistance: Metric {
  public static let descriptor = MetricDescriptor(
    id: "centre-distance", title: "Centre Distance",
    summary: "How far from the middle of the image the map lies on average",
    direction: .neither, unit: "%", range: 0...100,
    citation: Citation(
      authors: "ThirdPartyPlugin", title: "Centre Distance", venue: "unpublished", year: 2026,
      identifier: "Examples/ThirdPartyPlugin"))

  public let options: NoOptions

  public init(options: NoOptions = NoOptions()) {
    self.options = options
  }

  /// Asks for nothing: the map says it all.
  public func plan(for subject: MetricSubject) -> MetricPlan {
    var (sum, total) = (0.0, 0.0)
    for (patch, score) in subject.scores.enumerated() {
      let (row, column) = (patch / subject.grid.columns, patch % subject.grid.columns)
      let x = 2 * (Double(column) + 0.5) / Double(subject.grid.columns) - 1
      let y = 2 * (Double(row) + 0.5) / Double(subject.grid.rows) - 1
      sum += abs(Double(score)) * ((x * x + y * y) / 2).squareRoot()
      total += abs(Double(score))
    }
    return .value(MetricValue(total > 0 ? sum / total * 100 : 0))
  }
}
