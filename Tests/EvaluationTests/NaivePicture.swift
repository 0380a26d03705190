import XAI
import XAITesting

@testable import XAIEvaluation

/// A picture worked out alone: a pass for each class and explainer, and the metrics one by one.
struct NaivePicture {
  let identifier: String
  let classes: [Int]
  let probabilities: [Float]
  let predicted: Int
  private let evaluation: Evaluation
  private let input: Tensor
  private let sample: Sample
  private let logits: [Float]

  init(_ position: Int, of evaluation: Evaluation) throws {
    let (split, model) = (evaluation.data.split, evaluation.model)
    self.evaluation = evaluation
    identifier = split.identifier(position)
    sample = try split.sample(position)
    input = try model.descriptor.preprocessing.tensor(from: sample.image)
    let logits = try model.logits(input).elements
    let order = logits.indices.sorted { logits[$0] > logits[$1] }
    self.logits = logits
    probabilities = softmax(logits)
    predicted = order[0]
    switch evaluation.settings.target {
    case .label: classes = sample.label.map { [$0] } ?? []
    case .objects: classes = sample.objects.map(\.classIndex)
    case .selection(.classes(let indices), _): classes = indices
    case .selection(.top(let count), _): classes = Array(order.prefix(count))
    default: classes = [predicted]
    }
  }

  func map(place: Int, explainer index: Int) throws -> (scores: [Float], values: [MetricValue?]) {
    let (model, explainer) = (evaluation.model, evaluation.explainers[index])
    let asked = classes[place]
    func attribution(_ classIndex: Int, by model: any Model) throws -> Attribution {
      try explainer.explain(input, targets: .classes([classIndex]), using: model)[0][0]
    }
    let map = try attribution(asked, by: model)
    let preprocessing = model.descriptor.preprocessing
    var subject = MetricSubject(
      pixels: try preprocessing.unitPixels(from: [sample.image])[0], preprocessing: preprocessing,
      attribution: map, probability: probabilities[asked])
    subject.objects = sample.objects.compactMap {
      ObjectRegion(of: $0, in: sample.image, preprocessing: preprocessing)
    }
    let runnerUp = logits.indices.filter { $0 != asked }.max { logits[$0] < logits[$1] } ?? asked
    subject.runnerUpScores = try attribution(runnerUp, by: model).scores
    if let trainable = model as? any TrainableModel {
      subject.randomisedScores = try RandomisedModels(of: trainable, seed: evaluation.settings.seed).models
        .map { try attribution(asked, by: $0).scores }
    }
    return (map.scores, try evaluation.metrics.map { try $0.evaluate(subject, using: model) })
  }

  func headEffects(_ classIndex: Int) throws -> [Float] {
    let descriptor = evaluation.model.descriptor
    return try (0..<descriptor.layerCount).flatMap { layer in
      try (0..<descriptor.headCount).map { head in
        let removed = Intervention.removingHeads([Intervention.Head(layer: layer, head: head)])
        return logits[classIndex]
          - (try evaluation.model.intervenable().logits(input, under: removed).elements[classIndex])
      }
    }
  }
}
