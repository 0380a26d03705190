import XAICore
import XAIEvaluation
import XAIFoundation

/// A part of a paragraph that cites.
enum CitedText {
  case text(String)
  case citation(Citation)
}

extension ReportSection {
  /// How the numbers were made, as a paper's methods say it.
  var citedMethods: [CitedText] {
    let (model, data) = (experiment.model, experiment.data)
    var parts: [CitedText] = [
      .text(
        "We explained \(model.name) (\(model.architecture), \(grouped(model.parameterCount)) parameters, \(model.grid) patches, "
          + "input of \(model.inputHeight)×\(model.inputWidth) pixels, hash \(model.hash.isEmpty ? "unknown" : model.hash)) on "
          + "\(counted(images.count, "image")) of \(data.name), split \(data.split) (\(sampleOrigin); hash \(data.hash)), for the "
          + "target \(experiment.target): \(counted(subjectCount, "map")) per explainer. "
          + "\(counted(experiment.explainers.count, "explainer")): ")
    ]
    for (index, explainer) in experiment.explainers.enumerated() {
      parts += [
        .text((index > 0 ? "; " : "") + explainerNames[index]), .citation(explainer.descriptor.citation),
      ]
    }
    parts.append(.text(". "))
    if !experiment.metrics.isEmpty {
      parts.append(.text("\(counted(experiment.metrics.count, "metric")): "))
      for (index, metric) in experiment.metrics.enumerated() {
        let name = "\(metric.name) (\(metric.directionText); protocol \(metric.protocolLabel))"
        parts += [.text((index > 0 ? "; " : "") + name), .citation(metric.descriptor.citation)]
      }
      parts.append(
        .text(
          ". We report means over maps with 95 % percentile bootstrap intervals of 2,000 resamples of images"
            + (tables.contains(where: \.isShare) ? " (Wilson's for shares)" : "")
            + ", and compare explainers by Student's paired t-test over images with Holm's correction over all pairs of a metric. "
        ))
    }
    if !failures.isEmpty {
      parts.append(
        .text("\(counted(failures.count, "image")) could not be evaluated and no number counts them. "))
    }
    let settings = experiment.settings.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
    let details = settings + ["results hash \(resultsHash)"]
    parts.append(.text("Computed by \(programText) (\(details.joined(separator: ", ")))."))
    return parts
  }

  /// How the numbers were made, with authors and years.
  var methods: String {
    citedMethods.map { part in
      switch part {
      case .text(let text): text
      case .citation(let citation):
        citation.isPublication ? " [\(citation.authors), \(citation.year)]" : ""
      }
    }.joined()
  }

  /// How the sample was chosen.
  private var sampleOrigin: String {
    let data = experiment.data
    let of = "of \(grouped(data.splitCount))"
    if let seed = data.sampleSeed { return "\(grouped(data.sampleCount)) \(of), drawn with seed \(seed)" }
    return data.sampleCount < data.splitCount
      ? "the first \(grouped(data.sampleCount)) \(of)" : "all \(grouped(data.splitCount))"
  }
}

extension ReportSection {
  /// The programs that made the results, without their commands.
  var programText: String {
    runs.isEmpty ? "a version of swift-xai that the results don't say" : programs
  }

  /// The same, empty where that was not kept.
  var programs: String { Set(runs.map(\.program)).sorted().joined(separator: ", ") }

  /// The commands that made the results, of many the first.
  var commandText: String {
    guard !runs.isEmpty else {
      return "unknown: the results are from before it was kept, or no command made them"
    }
    return runs.prefix(3).map(\.command).joined(separator: "; ")
      + (runs.count > 3 ? "; and \(grouped(runs.count - 3)) more" : "")
  }
}
