public import XAICore

extension EvaluationResults {
  /// The table of a metric that is called so, as `insertion` or `insertion:preset=rise`: the means of all explainers with 95 %
  /// intervals, and their paired differences from a baseline.
  ///
  /// The baseline is the first explainer that looks at the model and not at the class, such as Attention Rollout, else a
  /// baseline that doesn't look at the model, else the first. Intervals are percentiles of 2,000 resamples of images.
  ///
  /// - Throws: `ResultsError` for a metric that isn't there, with those that are.
  public subscript(metric: String) -> MetricTable {
    get throws(ResultsError) {
      try table(
        of: place(of: metric, "metric", experiment.metrics.map(\.specification)))
    }
  }

  /// The table of the only metric of a type.
  ///
  /// - Throws: as for a name.
  public subscript<M: Metric>(type: M.Type) -> MetricTable {
    get throws(ResultsError) { try self[M.descriptor.id] }
  }

  private func table(of metric: Int) -> MetricTable {
    MetricTable.all(
      of: Subjects(images), in: experiment, baseline: experiment.defaultBaseline, by: Bootstrap())[metric]
  }
}

extension MetricTable {
  /// What an explainer that is called so, as `gmar`, `gmar:norm=l2` or the name of ``ExternalMaps``, has in the table.
  ///
  /// - Throws: `ResultsError` for an explainer that isn't there, with those that are.
  public subscript(explainer: String) -> Row {
    get throws(ResultsError) {
      rows[try place(of: explainer, "explainer", rows.map(\.explainer))]
    }
  }

  /// What the only explainer of a type has in the table.
  ///
  /// - Throws: as for a name.
  public subscript<E: Explainer>(type: E.Type) -> Row {
    get throws(ResultsError) { try self[E.descriptor.id] }
  }
}

/// The place of what is called so, whole, by its id or by the name in its options, which only one may have.
private func place(of name: String, _ kind: String, _ known: [String]) throws(ResultsError) -> Int {
  if let place = known.firstIndex(of: name) { return place }
  let places = known.indices.filter { Specification.text(known[$0], isCalled: name) }
  guard let place = places.first else { throw .unknown(kind: kind, name: name, known: known) }
  guard places.count == 1 else {
    throw .ambiguous(kind: kind, name: name, known: places.map { known[$0] })
  }
  return place
}

extension Experiment {
  /// The explainer that differences are taken from where nobody says which: what looks at the model and not at the class is
  /// what a method that follows the class has to be better than.
  package var defaultBaseline: Int {
    explainers.firstIndex { !$0.descriptor.isClassSpecific && $0.descriptor.family != .baseline }
      ?? explainers.firstIndex { $0.descriptor.family == .baseline } ?? 0
  }
}

/// What was asked of results and isn't there.
public enum ResultsError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Nothing is called so.
  case unknown(kind: String, name: String, known: [String])
  /// Several may be meant.
  case ambiguous(kind: String, name: String, known: [String])

  public var description: String {
    switch self {
    case .unknown(let kind, let name, let known):
      "the results have no \(kind) '\(name)'; they have \(known.joined(separator: ", "))"
    case .ambiguous(let kind, let name, let known):
      "the \(kind) '\(name)' may be any of \(known.joined(separator: ", ")); write one of them"
    }
  }
}
