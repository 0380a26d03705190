public import XAIEvaluation

/// What evaluations found, with everything that tables and figures say computed.
///
/// Results of equal experiments over different images are one section; results of different experiments are sections of
/// their own, and no table has numbers of two sections.
public struct Report: Sendable {
  /// What stands above it.
  public let title: String
  /// One section an experiment.
  public let sections: [ReportSection]

  /// Results, and where they come from.
  public struct Source: Sendable {
    /// What messages and the report call it.
    public var name: String
    /// What was found.
    public var results: EvaluationResults

    /// Names results.
    public init(name: String, results: EvaluationResults) {
      self.name = name
      self.results = results
    }
  }

  /// Makes a report.
  ///
  /// - Parameters:
  ///   - sources: the results.
  ///   - baseline: the explainer that differences are taken from, by id or as it is written in the experiment; Attention
  ///     Rollout where there is none, or else the first.
  ///   - title: what stands above it; says the model and the data by default.
  public init(of sources: [Source], baseline: String? = nil, title: String? = nil) throws(ReportError) {
    try self.init(of: sources, baseline: baseline, title: title, bootstrap: Bootstrap())
  }

  /// Makes a report with this many resamples.
  init(of sources: [Source], baseline: String? = nil, title: String? = nil, bootstrap: Bootstrap)
    throws(ReportError)
  {
    for source in sources { try source.check() }
    var sections: [ReportSection] = []
    for joined in Source.joined(sources) {
      sections.append(try ReportSection(joined, baseline: baseline, by: bootstrap))
    }
    self.sections = sections
    self.title = title ?? Self.defaultTitle(of: sections)
  }

  private static func defaultTitle(of sections: [ReportSection]) -> String {
    guard let first = sections.first?.experiment else { return "Evaluation" }
    let models = Set(sections.map(\.experiment.model.name))
    return models.count == 1 ? "\(first.model.name) on \(first.data.name)" : "\(models.count) models"
  }
}
