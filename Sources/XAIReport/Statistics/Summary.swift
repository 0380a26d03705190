import XAICore
import XAIEvaluation
import XAIFoundation

extension ReportSection {
  /// What the section says, in three sentences made of its tables: who is best, which metrics tell nothing apart, and what the numbers
  /// rest on.
  ///
  /// Two explainers are told apart where p < 0.05 after Holm's correction over all pairs of the metric.
  public var summary: [String] { [bestSentence, undecidedSentence, basisSentence] }

  /// Who is best by which metric, and whether the second is told apart.
  private var bestSentence: String {
    guard experiment.explainers.count > 1 else {
      return "\(explainerNames[0]) is the only explainer, so that there is nothing to compare."
    }
    let ranking = tables.filter { $0.metric.descriptor.direction != .neither && $0.valueCount > 1 }
    guard !ranking.isEmpty else { return "No metric here says which explainer is better." }
    let deciding = ranking.filter(\.tellsApart)
    guard !deciding.isEmpty else {
      return ranking.count == 1
        ? "The only metric that ranks explainers tells none from another, so that none is called the best."
        : "None of the \(ranking.count) metrics that rank explainers tells one from another, so that none is called the best."
    }
    var winners: [(names: String, metrics: [String])] = []
    for table in deciding {
      let (names, text) = best(by: table)
      if let known = winners.firstIndex(where: { $0.names == names }) {
        winners[known].metrics.append(text)
      } else {
        winners.append((names, [text]))
      }
    }
    let ordered = winners.enumerated().sorted {
      ($1.element.metrics.count, $0.offset) < ($0.element.metrics.count, $1.offset)
    }.map(\.element)
    return "Best by the mean: "
      + ordered.map { "\($0.names) by \($0.metrics.joined(separator: ", "))" }.joined(separator: "; ") + "."
  }

  /// The best explainers by a metric, and the metric with how far they are from the second.
  private func best(by table: MetricTable) -> (names: String, metric: String) {
    let first = table.rows.indices.filter { table.rows[$0].rank == 1 }
    guard first.count == 1 else {
      return ("\(first.map { explainerNames[$0] }.joined(separator: " and ")), equal,", table.metric.name)
    }
    let second = table.rows.indices.filter { table.rows[$0].rank == 2 }
    let names = second.map { explainerNames[$0] }.joined(separator: " and ")
    let isParted = second.allSatisfy { table.isParted(first[0], from: $0) }
    return (
      explainerNames[first[0]],
      "\(table.metric.name) (\(isParted ? "ahead of" : "not told apart from") \(names))"
    )
  }

  /// The metrics by which no two explainers differ more than by chance.
  private var undecidedSentence: String {
    let compared = tables.filter { $0.valueCount > 1 }
    guard !compared.isEmpty else { return "No metric has values of two explainers." }
    guard compared.contains(where: \.isTested) else {
      return "Nothing can be tested: that takes two images with values."
    }
    let undecided = compared.filter { !$0.tellsApart }.map(\.metric.name)
    guard !undecided.isEmpty else {
      return compared.count == 1
        ? "The metric tells at least two explainers apart."
        : "Each of the \(compared.count) metrics tells at least two explainers apart."
    }
    return "No two explainers are told apart by \(undecided.joined(separator: ", "))."
  }

  /// How many images, what was left out, and what computed them.
  private var basisSentence: String {
    var parts = [
      "The numbers are of \(counted(images.count, "image")) with \(counted(subjectCount, "map")) per explainer"
    ]
    if !failures.isEmpty {
      parts.append("\(counted(failures.count, "image")) could not be evaluated and no table counts them")
    }
    if missingCount > 0 {
      parts.append("\(counted(missingCount, "image")) of the sample without a result yet")
    }
    let names = kernels.keys.sorted()
    switch names.count {
    case 0:
      parts.append(
        experiment.settings["kernels"].map { "computed by the kernels \($0)" }
          ?? "the results don't say which kernels computed them")
    case 1: parts.append("computed by the kernels \(names[0])")
    default: parts.append("computed by different kernels: \(names.joined(separator: ", "))")
    }
    return parts.joined(separator: "; ") + "."
  }
}

extension MetricTable {
  /// How many explainers have values.
  fileprivate var valueCount: Int { rows.count { $0.estimate != nil } }

  /// Whether any two explainers could be tested.
  fileprivate var isTested: Bool { comparisons.pairs.joined().contains { $0?.adjustedP != nil } }

  /// Whether any two explainers differ by more than chance.
  fileprivate var tellsApart: Bool { comparisons.pairs.joined().contains { $0?.isParted == true } }

  /// Whether an explainer is better than another by more than chance.
  func isParted(_ one: Int, from other: Int) -> Bool {
    guard let pair = comparisons.pairs[one][other], pair.isParted else { return false }
    // Means over images and over maps can disagree where images have several classes.
    return metric.descriptor.direction == .higher ? pair.mean > 0 : pair.mean < 0
  }
}
