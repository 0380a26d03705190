import XAICore
import XAIEvaluation

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
      let positions = Set(source.results.pictures.map(\.position))
      let same = all.indices.filter { all[$0].results.experiment == source.results.experiment }
      let fitting = same.first { index in
        all[index].results.pictures.allSatisfy { !positions.contains($0.position) }
      }
      if let fitting {
        all[fitting].names.append(source.name)
        all[fitting].results.pictures += source.results.pictures
        all[fitting].results.pictures.sort { $0.position < $1.position }
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
    guard results.pictures.contains(where: { $0.failure == nil && !$0.subjects.isEmpty }) else {
      throw .noResults(source: name, failure: results.pictures.lazy.compactMap(\.failure).first)
    }
    for picture in results.pictures {
      for subject in picture.subjects {
        if let reason = contradiction(in: subject) {
          throw .inconsistent(source: name, picture: picture.identifier, reason: reason)
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
      guard map.scores.count == experiment.model.grid.count, map.scores.allSatisfy(\.isFinite) else {
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
