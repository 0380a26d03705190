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
    public var results: ResultStream

    /// Names results.
    public init(name: String, results: EvaluationResults) {
      self.init(name: name, results: ResultStream(results))
    }

    /// Names results that are read image by image.
    public init(name: String, results: ResultStream) {
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
  /// - Throws: `ReportError`, and what reading the results throws.
  public init(of sources: [Source], baseline: String? = nil, title: String? = nil) throws {
    try self.init(of: sources, baseline: baseline, title: title, bootstrap: Bootstrap())
  }

  /// Makes a report with this many resamples.
  init(of sources: [Source], baseline: String? = nil, title: String? = nil, bootstrap: Bootstrap)
    throws
  {
    sections = try Source.joined(sources).map { try ReportSection($0, baseline: baseline, by: bootstrap) }
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
  var parts: [ResultStream]
  /// Whether another source has the same experiment and some of the same images, so that it could not be joined.
  var overlapsAnother = false

  var results: ResultStream { parts.count == 1 ? parts[0] : ResultStream(joining: parts) }
}

extension Report.Source {
  /// Joins results of equal experiments whose images are different ones; all others stay by themselves.
  static func joined(_ sources: [Report.Source]) -> [JoinedResults] {
    var all: [JoinedResults] = []
    var positions: [Set<Int>] = []
    for source in sources {
      let own = Set(source.results.positions)
      let same = all.indices.filter { all[$0].parts[0].experiment == source.results.experiment }
      if let fitting = same.first(where: { positions[$0].isDisjoint(with: own) }) {
        all[fitting].names.append(source.name)
        all[fitting].parts.append(source.results)
        positions[fitting].formUnion(own)
      } else {
        for index in same { all[index].overlapsAnother = true }
        all.append(
          JoinedResults(names: [source.name], parts: [source.results], overlapsAnother: !same.isEmpty))
        positions.append(own)
      }
    }
    return all
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
  /// The results are others than they were when the report was begun.
  case changed(source: String)
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
    case .changed(let source):
      return "\(source): a run has added to the results while they were read. Make the report again."
    case .unknownBaseline(let name, let known, let nearest):
      let suggestion = nearest.first.map { "; did you mean '\($0)'?" } ?? ""
      return "the explainer '\(name)' is none of the results\(suggestion); known are "
        + known.joined(separator: ", ")
    }
  }
}
