import XAICore
import XAIEvaluation

@testable import XAIReport

/// Results of a 2 × 2 grid in which every number is written down.
struct SmallResults {
  var explainers = ["attention-rollout", "gmar"]
  var metrics: [(id: String, direction: MetricDescriptor.Direction)] = [("insertion", .higher)]
  var grid = PatchGrid(rows: 2, columns: 2)
  /// `values[image][explainer][metric]`.
  var values: [[[Double?]]] = []
  /// `scores[image][explainer]`; all different where left out.
  var scores: [[[Float]]] = []
  var headWeights: [[[Float]]] = []
  var headEffects: [[[Float]]] = []

  var experiment: Experiment {
    Experiment(
      model: ModelIdentity(
        name: "m", architecture: "vit", hash: "0123456789abcdef", labels: ["a", "b"], parameterCount: 10,
        layerCount: 1,
        headCount: 1, grid: grid, inputHeight: 2, inputWidth: 2),
      data: DataIdentity(
        name: "d", split: "all", splitCount: 9, hash: "fedcba9876543210", sampleCount: values.count,
        sampleSeed: nil),
      target: "predicted",
      explainers: explainers.map { specification in
        ExplainerIdentity(
          specification: specification,
          descriptor: ExplainerDescriptor(
            id: String(specification.prefix { $0 != ":" }),
            title: String(specification.prefix { $0 != ":" }).uppercased(),
            summary: "s", family: specification == "random" ? .baseline : .attention, needs: [],
            isClassSpecific: !["attention-rollout", "random"].contains(specification), scores: .magnitude,
            backwardPasses: "0",
            citation: citation))
      },
      metrics: metrics.map { metric in
        MetricIdentity(
          specification: metric.id,
          descriptor: MetricDescriptor(
            id: metric.id, title: metric.id, summary: "s", direction: metric.direction, unit: "%",
            range: 0...100,
            citation: citation), protocolName: nil, protocolText: metric.id, protocolHash: "00000000000000ff")
      }, measuresHeads: false, settings: [:])
  }

  private var citation: Citation {
    Citation(authors: "A", title: "T", venue: "V", year: 2000, identifier: "I")
  }

  var results: EvaluationResults {
    let images = values.indices.map { image in
      let maps = explainers.indices.map { explainer in
        MapResult(
          scores: scores.isEmpty
            ? (0..<grid.count).map { Float(($0 + explainer + image) % grid.count) }
            : scores[image][explainer],
          diagnostics: Diagnostics(headWeights: headWeights.isEmpty ? nil : headWeights[image]),
          values: values[image][explainer].map { $0.map { MetricValue($0) } })
      }
      return ImageResult(
        position: image, identifier: "\(image).png", label: 0,
        subjects: [
          SubjectResult(
            classIndex: 0, probability: 0.5, isPredicted: true,
            headEffects: headEffects.isEmpty ? nil : headEffects[image], maps: maps)
        ])
    }
    return EvaluationResults(experiment: experiment, images: images)
  }

  func section(baseline: String? = nil) throws -> ReportSection {
    try requireFirst(
      Report(of: [.init(name: "s", results: results)], baseline: baseline, bootstrap: .rough).sections)
  }
}

/// The first of some sections; a report always has one.
private func requireFirst(_ sections: [ReportSection]) throws -> ReportSection {
  guard let first = sections.first else { throw ReportError.noExplainers(source: "nothing") }
  return first
}
