#if XAI_DATABASE
import XAICore
import XAIEvaluation
import XAIResults

/// Tells programs: one JSON line an event on standard output.
struct EvaluationJSONReporter: EvaluationReporter {
  private let plan: EvaluatePlan

  init(_ plan: EvaluatePlan) { self.plan = plan }

  func tell(_ estimate: EvaluationEstimate, images: Int) throws {
    try StandardOutput.write(json(EstimateLine(estimate, images: images)))
  }

  func tell(_ event: EvaluationEvent) throws {
    switch event {
    case .began(let known, let count):
      try write(
        EvaluationLine(
          event: "began", output: plan.output, shard: plan.chosen?.shard.description, known: known,
          images: count, modelNotes: plan.evaluation.model.descriptor.notes))
      for note in plan.evaluation.notes { try write(EvaluationLine(event: "note", text: note)) }
    case .working: break
    case .image(let result):
      try write(
        EvaluationLine(
          event: "image", position: result.position, image: result.identifier, failure: result.failure,
          classes: result.subjects.map(\.classIndex)))
    }
  }

  func ended(_ end: EvaluationEnd, isFinished: Bool) throws {
    let experiment = plan.experiment
    try write(
      EvaluationLine(
        event: isFinished ? "finished" : "stopped", output: plan.output, known: end.known,
        images: end.positionCount, failures: end.failures.count,
        failedMaps: end.mapFailures.map {
          EvaluationLine.FailedMaps(
            explainer: experiment.explainers[$0.explainer].specification, count: $0.count, reason: $0.reason)
        },
        flatMaps: end.flatMaps.map {
          EvaluationLine.FlatMaps(
            explainer: experiment.explainers[$0.explainer].specification, count: $0.count)
        },
        means: end.means.map {
          EvaluationLine.Mean(
            explainer: experiment.explainers[$0.explainer].specification,
            metric: experiment.metrics[$0.metric].specification, mean: $0.mean, n: $0.count)
        }, seconds: end.seconds))
  }

  func clear() {}

  private func write(_ line: EvaluationLine) throws { try StandardOutput.write(json(line)) }
}

/// An event as a JSON object; what does not belong to it is absent.
private struct EvaluationLine: Encodable {
  struct Mean: Encodable {
    let explainer: String
    let metric: String
    let mean: Double?
    let n: Int
  }

  struct FailedMaps: Encodable {
    let explainer: String
    let count: Int
    let reason: String
  }

  struct FlatMaps: Encodable {
    let explainer: String
    let count: Int
  }

  var event: String
  var text: String?
  var output: String?
  var shard: String?
  var position: Int?
  var image: String?
  var failure: String?
  var classes: [Int]?
  var known: Int?
  var images: Int?
  var failures: Int?
  var failedMaps: [FailedMaps]?
  var flatMaps: [FlatMaps]?
  var means: [Mean]?
  var seconds: Double?
  var modelNotes: [String]?
}
#endif
