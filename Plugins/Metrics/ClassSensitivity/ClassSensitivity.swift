public import XAICore

/// Class sensitivity: how alike the map is to the one for the next likeliest class.
///
/// Spearman's rank correlation of the scores of the patches; 1 where the map is the same everywhere.
/// Source: Sixt et al. 2020 (arXiv 1912.09818), who compare with a random class by another measure.
public struct ClassSensitivity: Metric {
  public static let descriptor = MetricDescriptor(
    id: "class-sensitivity", title: "Class Sensitivity",
    summary: "How alike the map is to the one for the next likeliest class, by rank correlation",
    direction: .lower, unit: "", range: -1...1,
    citation: Citation(
      authors: "Sixt et al.", title: "When Explanations Lie: Why Many Modified BP Attributions Fail",
      venue: "ICML", year: 2020, identifier: "arXiv:1912.09818"))

  /// There are none.
  public let options: NoOptions

  public init(options: NoOptions = NoOptions()) {
    self.options = options
  }

  /// The map for the next likeliest class.
  public var needs: MetricNeeds { .runnerUp }

  /// Asks for the map of the next likeliest class; nil where there is none.
  public func plan(for subject: MetricSubject) -> MetricPlan {
    guard let runnerUp = subject.runnerUp else { return .value(nil) }
    return .ask(maps: [MapRequest(classIndex: runnerUp)]) { answers in
      .value(MetricValue(mapCorrelation(of: subject.scores, with: answers.maps[0])))
    }
  }
}
