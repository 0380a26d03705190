import XAICore
public import XAIEvaluation
import XAIFoundation

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What a report says about one experiment.
public struct ReportSection: Sendable {
  /// What decided the results.
  public let experiment: Experiment
  /// Where the results come from.
  public let sources: [String]
  /// The hash of experiment and results, `EvaluationResults.contentHash`.
  public let resultsHash: String
  /// The images that were evaluated, in the order of the sample: with their numbers, and maps where the page shows them, which is
  /// where there is a thumbnail and where explainers agree least.
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
  /// How many images have a thumbnail; of many the page shows some.
  public let thumbnailCount: Int
  /// How many images were computed by which kernels, where that is known.
  public let kernels: [String: Int]
  /// The programs that made the results, and how they were called; empty where that was not kept.
  public let runs: [RunIdentity]
  /// What a reader should know before trusting the numbers.
  public let notes: [String]

  init(_ joined: JoinedResults, baseline: String?, by bootstrap: Bootstrap) throws {
    let results = joined.results
    let experiment = results.experiment
    let baseline = try Self.baseline(baseline, in: experiment)
    var pass = try SectionPass(joined, by: bootstrap)
    let subjects = pass.subjects()
    self.experiment = experiment
    sources = joined.names
    resultsHash = pass.resultsHash
    images = subjects.images
    failures = pass.failures
    missingCount = max(experiment.data.sampleCount - results.positions.count, 0)
    self.baseline = baseline
    tables = MetricTable.all(of: subjects, in: experiment, baseline: baseline, by: bootstrap)
    flatMapCounts = pass.flatMapCounts
    subjectCount = subjects.count
    agreement = pass.agreement(by: bootstrap)
    curves = pass.curves()
    heads = pass.heads()
    kernels = pass.kernels
    thumbnailCount = pass.shown.count
    runs = results.runs
    notes =
      (experiment.model.notes ?? []).map { "The model: \($0)." }
      + Self.turned(experiment.data)
      + Self.notes(
        joined, evaluated: subjects.imageCount, failed: failures.count, missing: missingCount)
      + Self.missingMaps(pass.missingMaps, in: experiment)
      + Self.kernels(pass.kernels, results.kernelChecks, in: experiment)
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
  private static func missingMaps(_ missing: [SectionPass.MissingMaps], in experiment: Experiment) -> [String]
  {
    zip(missing, experiment.explainers).filter { $0.0.count > 0 }.map { missing, explainer in
      "\(explainer.specification) failed for \(counted(missing.count, "map")), the first with: \(missing.reason)"
    }
  }

  /// What is said of images that were computed by different kernels, with the difference that it makes.
  private static func kernels(
    _ counts: [String: Int], _ checks: [KernelCheck], in experiment: Experiment
  ) -> [String] {
    guard counts.count > 1 else { return [] }
    let names = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      .map { "\(grouped($0.value)) by \($0.key)" }
    let differences = experiment.metrics.enumerated().compactMap { index, metric -> String? in
      guard let most = KernelCheck.largestDifference(of: index, among: checks) else { return nil }
      return
        "\(significant(most))\(metric.descriptor.unit.isEmpty ? "" : " \(metric.descriptor.unit)") in \(metric.specification)"
    }
    let effect =
      differences.isEmpty
      ? "What difference that makes was not measured, as it is where kernels are mixed by option."
      : "On the first images of the sample, which all of them computed, values differ by at most "
        + differences.joined(separator: ", ") + "."
    return ["Different kernels computed the images: \(names.joined(separator: ", ")). \(effect)"]
  }

  /// Two digits of a number that may be very small.
  private static func significant(_ number: Double) -> String {
    guard number > 0 else { return "0" }
    let places = max(1 - Int(log10(number).rounded(.down)), 0)
    return decimal(number, places: min(places, 12))
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
