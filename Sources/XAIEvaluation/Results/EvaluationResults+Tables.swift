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
        of: place(of: metric, "metric", experiment.metrics.map { ($0.specification, $0.descriptor.id) }))
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
  /// What an explainer that is called so, as `gmar` or `gmar:norm=l2`, has in the table.
  ///
  /// - Throws: `ResultsError` for an explainer that isn't there, with those that are.
  public subscript(explainer: String) -> Row {
    get throws(ResultsError) {
      let names = rows.map { ($0.explainer, String($0.explainer.prefix { $0 != ":" })) }
      return rows[try place(of: explainer, "explainer", names)]
    }
  }

  /// What the only explainer of a type has in the table.
  ///
  /// - Throws: as for a name.
  public subscript<E: Explainer>(type: E.Type) -> Row {
    get throws(ResultsError) { try self[E.descriptor.id] }
  }
}

/// The place of what is called so, whole or by its id, which only one may have.
private func place(
  of name: String, _ kind: String, _ known: [(specification: String, id: String)]
) throws(ResultsError) -> Int {
  if let place = known.firstIndex(where: { $0.specification == name }) { return place }
  let places = known.indices.filter { known[$0].id == name }
  guard let place = places.first else {
    throw .unknown(kind: kind, name: name, known: known.map(\.specification))
  }
  guard places.count == 1 else {
    throw .ambiguous(kind: kind, name: name, known: places.map { known[$0].specification })
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
