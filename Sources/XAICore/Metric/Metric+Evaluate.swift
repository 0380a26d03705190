import XAIImage
import XAITensor

extension Metric {
  /// Judges one map: shows the frames to the model in batches.
  ///
  /// - Parameters:
  ///   - subject: what is judged.
  ///   - model: the model that the map explains.
  ///   - batchSize: how many frames the model sees at once, at least 1.
  /// - Throws: `ModelError.noProbabilities` where the metric needs probabilities and the model has none.
  public func evaluate(_ subject: MetricSubject, using model: any Model, batchSize: Int = 8) throws
    -> MetricValue?
  {
    try check(probabilitiesOf: model.descriptor)
    precondition(batchSize > 0, "the model sees at least one frame at once, not \(batchSize)")
    let plan = try frames(for: subject)
    var answers: [FrameAnswer] = []
    while case let frames = plan.next(after: answers).map({ plan[$0] }), !frames.isEmpty {
      answers += try model.answers(to: frames, subject, batchSize: batchSize)
    }
    return try measure(answers, for: subject)
  }
}

extension Metric {
  /// Throws where the metric needs probabilities and the outputs of the model have none.
  package func check(probabilitiesOf model: ModelDescriptor) throws(ModelError) {
    guard needs.contains(.probabilities), !model.output.hasProbabilities else { return }
    throw .noProbabilities(user: specification, model: model.name)
  }
}

extension Frame {
  /// The patches that the model sees; nil for a picture.
  public var patchCount: Int? {
    if case .patches(let kept) = content { kept.count } else { nil }
  }
}

extension Model {
  /// What the model says to frames of one picture, in order.
  fileprivate func answers(
    to frames: [Frame], _ subject: MetricSubject, batchSize: Int
  ) throws -> [FrameAnswer] {
    var answers = [FrameAnswer](
      repeating: FrameAnswer(probability: .nan, isPredicted: false), count: frames.count)
    // The frames of a batch have equally many patches.
    for group in Dictionary(grouping: frames.indices, by: { frames[$0].patchCount }).values {
      for start in stride(from: 0, to: group.count, by: batchSize) {
        let indices = group[start..<min(start + batchSize, group.count)]
        let logits = try logits(of: indices.map { frames[$0] }, subject)
        for (row, index) in indices.enumerated() {
          answers[index] = FrameAnswer(
            logits: logits[row].elements, meaning: descriptor.output, classIndex: subject.classIndex)
        }
      }
    }
    return answers
  }

  /// The logits of frames of one picture that have equally many patches.
  fileprivate func logits(of frames: [Frame], _ subject: MetricSubject) throws -> Tensor {
    let whole = subject.picture.input
    return try FrameBatch(frames.map(\.content), of: frames.map { _ in whole }).logits(of: self)
  }
}
