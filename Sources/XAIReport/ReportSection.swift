import XAICore
public import XAIEvaluation
import XAIFoundation

/// What a report says about one experiment.
public struct ReportSection: Sendable {
  /// What decided the results.
  public let experiment: Experiment
  /// Where the results come from.
  public let sources: [String]
  /// The hash of experiment and results, `EvaluationResults.contentHash`.
  public let resultsHash: String
  /// The images that were evaluated, in the order of the sample.
  public let images: [ImageResult]
  /// The images that could not be evaluated.
  public let failures: [ImageResult]
  /// How many images of the sample have no result yet.
  public let missingCount: Int
  /// The index of the explainer that differences are taken from.
  public let baseline: Int
  /// One table a metric, in the order of the experiment.
  public let tables: [MetricTable]
  /// How many of each explainer's maps are flat: all patches have the same score.
  public let flatMapCounts: [Int]
  /// How many maps each explainer made: one an image and class.
  public let subjectCount: Int
  /// How alike the explainers' maps are.
  public let agreement: Agreement
  /// The mean curves of metrics that have them.
  public let curves: [CurveFamily]
  /// The weights of heads against the effects of removing them, of explainers that weight heads.
  public let heads: [HeadComparison]
  /// What a reader should know before trusting the numbers.
  public let notes: [String]

  init(_ joined: JoinedResults, baseline: String?, by bootstrap: Bootstrap) throws(ReportError) {
    let results = joined.results
    let experiment = results.experiment
    let subjects = Subjects(results.images)
    self.experiment = experiment
    sources = joined.names
    resultsHash = results.contentHash
    images = subjects.images
    failures = results.images.filter { $0.failure != nil }
    missingCount = results.missingPositions.count
    let baseline = try Self.baseline(baseline, in: experiment)
    self.baseline = baseline
    tables = MetricTable.all(of: subjects, in: experiment, baseline: baseline, by: bootstrap)
    flatMapCounts = experiment.explainers.indices.map { explainer in
      subjects.images.reduce(0) { $0 + $1.subjects.count { $0.maps[explainer].isDegenerate } }
    }
    subjectCount = subjects.count
    agreement = Agreement(of: subjects, in: experiment, by: bootstrap)
    curves = CurveFamily.all(of: subjects, in: experiment, by: bootstrap)
    heads = HeadComparison.all(of: subjects, in: experiment, by: bootstrap)
    notes =
      (experiment.model.notes ?? []).map { "The model: \($0)." }
      + Self.turned(experiment.data)
      + Self.notes(
        joined, evaluated: subjects.imageCount, failed: failures.count, missing: missingCount)
      + Self.missingMaps(of: subjects, in: experiment)
  }

  private static func baseline(_ name: String?, in experiment: Experiment) throws(ReportError) -> Int {
    let explainers = experiment.explainers
    guard let name else { return experiment.defaultBaseline }
    let found =
      explainers.firstIndex { $0.specification == name } ?? explainers.firstIndex { $0.descriptor.id == name }
    guard let found else {
      let known = explainers.map(\.specification)
      throw .unknownBaseline(name: name, known: known, nearest: nearestNames(to: name, among: known))
    }
    return found
  }

  /// What is said of maps that could not be made, or lack a value.
  private static func missingMaps(of subjects: Subjects, in experiment: Experiment) -> [String] {
    experiment.explainers.enumerated().compactMap { index, explainer in
      let reasons = subjects.images.flatMap(\.subjects).compactMap { $0.maps[index].failure }
      guard let first = reasons.first else { return nil }
      return
        "\(explainer.specification) failed for \(counted(reasons.count, "map")), the first with: \(first)"
    }
  }

  /// What is said of images that were turned.
  private static func turned(_ data: DataIdentity) -> [String] {
    guard let turned = data.turned, !turned.isEmpty else { return [] }
    let names = turned.prefix(5).joined(separator: ", ") + (turned.count > 5 ? ", …" : "")
    let isOne = turned.count == 1
    return [
      "\(counted(turned.count, "image")) of the sample \(isOne ? "was" : "were") turned upright, as \(isOne ? "its" : "their") "
        + "EXIF orientation says: \(names)."
    ]
  }

  private static func notes(_ joined: JoinedResults, evaluated: Int, failed: Int, missing: Int) -> [String] {
    var notes: [String] = []
    if missing > 0 {
      notes.append(
        "The evaluation is not finished: of the sample, \(counted(missing, "image")) without a result yet.")
    }
    if failed > 0 {
      notes.append("\(counted(failed, "image")) could not be evaluated; no table counts them.")
    }
    if evaluated == 1 {
      notes.append("There is one image only: nothing can be resampled, so no number has an interval.")
    } else if evaluated < 20 {
      notes.append(
        "With \(evaluated) images the intervals are rough: bootstrap intervals of few values are too narrow."
      )
    }
    if joined.overlapsAnother {
      notes.append(
        "Other results here are of the same experiment and some of the same images, so they are not joined."
      )
    }
    return notes
  }
}

extension ReportSection {
  /// What tables call each explainer: its title, and its options where it has any that are not the defaults.
  public var explainerNames: [String] {
    experiment.explainers.map { named($0.descriptor.title, $0.specification) }
  }

  /// What tables call the explainer that differences are taken from.
  public var baselineName: String { explainerNames[baseline] }

  /// The label of a class, or its index where the model has none.
  public func label(_ classIndex: Int) -> String {
    let labels = experiment.model.labels
    guard labels.indices.contains(classIndex), !labels[classIndex].isEmpty else {
      return "class \(classIndex)"
    }
    return labels[classIndex]
  }
}

extension MetricIdentity {
  /// What tables call the metric: its title, and its options where it has any that are not the defaults.
  var name: String { named(descriptor.title, specification) }

  /// `↑` where higher values are better, `↓` where lower ones are.
  var arrow: String {
    switch descriptor.direction {
    case .higher: "↑"
    case .lower: "↓"
    case .neither: "·"
    }
  }

  /// The direction in words.
  var directionText: String {
    switch descriptor.direction {
    case .higher: "higher is better"
    case .lower: "lower is better"
    case .neither: "describes maps, ranks none"
    }
  }

  /// The protocol as it stands beside every number: its name, where it has one, its hash, and what became of scores below 0
  /// where it makes a mask or a mass of maps.
  var protocolLabel: String {
    (protocolName.map { "\($0) \(protocolHash)" } ?? protocolHash) + negativeText
  }

  /// What became of scores below 0, as the protocol's text has it and behind a comma; empty where it says nothing of them.
  var negativeText: String {
    let prefix = "negative="
    let value = protocolText.split(separator: "\n").first { $0.hasPrefix(prefix) }?.dropFirst(prefix.count)
    return switch value.flatMap({ NegativeScores(rawValue: String($0)) }) {
    case .clip: ", scores below 0 clipped"
    case .abs: ", scores below 0 without their signs"
    case .shift: ", scores shifted to 0"
    case nil: ""
    }
  }
}

/// A title with the options of a specification: `GMAR (norm=l2)`.
private func named(_ title: String, _ specification: String) -> String {
  guard let colon = specification.firstIndex(of: ":") else { return title }
  return "\(title) (\(specification[specification.index(after: colon)...]))"
}
