import XAICore
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
  ///   - baseline: the explainer that differences are taken from, by id or as it is written in the experiment; where there is
  ///     none the first that looks at the model but not at the class, such as Attention Rollout, else a baseline that
  ///     doesn't look at the model, else the first.
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

/// Results of one experiment, from one source or several that share its images out.
struct JoinedResults {
  var names: [String]
  var results: EvaluationResults
  /// Whether another source has the same experiment and some of the same images, so that it could not be joined.
  var overlapsAnother = false
}

extension Report.Source {
  /// Joins results of equal experiments whose images are different ones; all others stay by themselves.
  static func joined(_ sources: [Report.Source]) -> [JoinedResults] {
    var all: [JoinedResults] = []
    for source in sources {
      let positions = Set(source.results.images.map(\.position))
      let same = all.indices.filter { all[$0].results.experiment == source.results.experiment }
      let fitting = same.first { index in
        all[index].results.images.allSatisfy { !positions.contains($0.position) }
      }
      if let fitting {
        all[fitting].names.append(source.name)
        all[fitting].results.images += source.results.images
        all[fitting].results.images.sort { $0.position < $1.position }
      } else {
        for index in same { all[index].overlapsAnother = true }
        all.append(
          JoinedResults(names: [source.name], results: source.results, overlapsAnother: !same.isEmpty))
      }
    }
    return all
  }

  /// Throws where the parts of the results contradict one another, or there is nothing to report.
  func check() throws(ReportError) {
    let experiment = results.experiment
    guard !experiment.explainers.isEmpty else { throw .noExplainers(source: name) }
    guard results.images.contains(where: { $0.failure == nil && !$0.subjects.isEmpty }) else {
      throw .noResults(source: name, failure: results.images.lazy.compactMap(\.failure).first)
    }
    for image in results.images {
      for subject in image.subjects {
        if let reason = contradiction(in: subject) {
          throw .inconsistent(source: name, image: image.identifier, reason: reason)
        }
      }
    }
  }

  private func contradiction(in subject: SubjectResult) -> String? {
    let experiment = results.experiment
    guard subject.maps.count == experiment.explainers.count else {
      return "it has \(subject.maps.count) maps of \(experiment.explainers.count) explainers"
    }
    for (map, explainer) in zip(subject.maps, experiment.explainers) {
      let isMissing = map.failure != nil && map.scores.isEmpty
      guard isMissing || map.scores.count == experiment.model.grid.count, map.scores.allSatisfy(\.isFinite)
      else {
        return
          "the map of \(explainer.specification) has \(map.scores.count) scores or some that are not finite; "
          + "the model has \(experiment.model.grid) patches"
      }
      guard map.values.count == experiment.metrics.count else {
        return
          "\(explainer.specification) has \(map.values.count) values of \(experiment.metrics.count) metrics"
      }
    }
    return nil
  }
}

/// Why results make no report.
public enum ReportError: Error, Hashable, CustomStringConvertible {
  /// No image was evaluated.
  case noResults(source: String, failure: String?)
  /// No explainer, so nothing to report on.
  case noExplainers(source: String)
  /// The parts of the results contradict one another.
  case inconsistent(source: String, image: String, reason: String)
  /// The baseline is none of the explainers.
  case unknownBaseline(name: String, known: [String], nearest: [String])

  public var description: String {
    switch self {
    case .noResults(let source, let failure):
      let reason =
        failure.map { "every image failed, the first with: \($0)" } ?? "no image has a result yet"
      return "\(source): there is nothing to report: \(reason). Run the evaluation first."
    case .noExplainers(let source):
      return "\(source): there is nothing to report: the evaluation has no explainers."
    case .inconsistent(let source, let image, let reason):
      return "\(source): the result of '\(image)' can't be used: \(reason). Evaluate it again."
    case .unknownBaseline(let name, let known, let nearest):
      let suggestion = nearest.first.map { "; did you mean '\($0)'?" } ?? ""
      return "the explainer '\(name)' is none of the results\(suggestion); known are "
        + known.joined(separator: ", ")
    }
  }
}
