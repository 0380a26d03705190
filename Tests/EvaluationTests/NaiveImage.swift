import XAI
import XAICore
import XAITesting

@testable import XAIEvaluation

/// An image computed alone: a pass for each class and explainer, and the metrics one by one.
struct NaiveImage {
  let identifier: String
  let label: Int?
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
    label = sample.label
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
    var subject = try MetricSubject(
      image: SubjectImage(
        pixels: try preprocessing.unitPixels(from: [sample.image])[0], preprocessing: preprocessing,
        identifier: identifier), attribution: map, probability: probabilities[asked])
    subject.objects = sample.objects.compactMap {
      ObjectRegion(of: $0, in: sample.image, preprocessing: preprocessing)
    }
    (subject.logits, subject.layerCount) = (logits, model.descriptor.layerCount)
    return (map.scores, try evaluation.metrics.map { try value($0, of: subject, by: explainer) })
  }

  /// The value of a metric, each of its requests answered by a pass of its own.
  private func value(
    _ metric: any Metric, of subject: MetricSubject, by explainer: any Explainer
  ) throws -> MetricValue? {
    let model = evaluation.model
    var subject = subject
    subject.experimentSeed = metric.needs.contains(.seed) ? evaluation.settings.seed : 0
    func pixels(_ frame: Frame) throws -> Tensor {
      guard case .image(let image) = frame.content else { return input }
      return image.tensor(input.shape)
    }
    var plan = try metric.plan(for: subject)
    while case .ask(let frames, let maps, _, let then) = plan {
      let answers = try (0..<frames.count).map { index in
        let input = try pixels(frames[index])
        let logits: [Float]
        if case .patches(let kept) = frames[index].content {
          logits = try model.intervenable().logits(input, under: .keepingPatches([kept])).elements
        } else if case .heads(let heads) = frames[index].content {
          logits = try model.intervenable().logits(input, under: .removingHeads([heads])).elements
        } else {
          logits = try model.logits(input).elements
        }
        return FrameAnswer(
          logits: logits, probability: softmax(logits)[subject.classIndex],
          isPredicted: logits.max() == logits[subject.classIndex])
      }
      let scores = try maps.map { request in
        var explained = model
        if case .randomised(let stage) = request.model, let trainable = model as? any TrainableModel {
          explained = RandomisedModels(of: trainable, seed: evaluation.settings.seed)[stage]
        }
        return try explainer.explain(
          pixels(request.frame), targets: .classes([request.classIndex ?? subject.classIndex]),
          using: explained)[0][0].scores
      }
      plan = try then(MetricAnswers(logits: answers, maps: scores))
    }
    guard case .value(let value) = plan else { return nil }
    return value
  }

  func headEffects(_ classIndex: Int) throws -> [Float] {
    let descriptor = evaluation.model.descriptor
    return try (0..<descriptor.layerCount).flatMap { layer in
      try (0..<descriptor.headCount).map { head in
        let removed = Intervention.removingHeads([[Intervention.Head(layer: layer, head: head)]])
        return logits[classIndex]
          - (try evaluation.model.intervenable().logits(input, under: removed).elements[classIndex])
      }
    }
  }
}
