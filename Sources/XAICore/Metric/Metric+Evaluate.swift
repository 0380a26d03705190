import XAIImage
import XAITensor

extension Metric {
  /// Judges one map: shows the frames to the model in batches.
  ///
  /// - Parameters:
  ///   - subject: what is judged.
  ///   - model: the model that the map explains.
  ///   - batchSize: how many frames the model sees at once, at least 1.
  public func evaluate(_ subject: MetricSubject, using model: any Model, batchSize: Int = 8) throws
    -> MetricValue?
  {
    precondition(batchSize > 0, "the model sees at least one frame at once, not \(batchSize)")
    let plan = try frames(for: subject)
    let frames = (0..<plan.count).map { plan[$0] }
    var answers = [FrameAnswer?](repeating: nil, count: frames.count)
    // The frames of a batch have equally many patches.
    for group in Dictionary(grouping: frames.indices, by: { frames[$0].patchCount }).values {
      for start in stride(from: 0, to: group.count, by: batchSize) {
        let indices = group[start..<min(start + batchSize, group.count)]
        let logits = try model.logits(of: indices.map { frames[$0] }, subject)
        for (row, index) in indices.enumerated() {
          answers[index] = FrameAnswer(logits: logits[row].elements, classIndex: subject.classIndex)
        }
      }
    }
    return try measure(answers.compactMap { $0 }, for: subject)
  }
}

extension Frame {
  /// The patches that the model sees; nil for a picture.
  public var patchCount: Int? {
    if case .patches(let kept) = content { kept.count } else { nil }
  }
}

extension Model {
  /// The logits of frames of one picture that have equally many patches.
  fileprivate func logits(of frames: [Frame], _ subject: MetricSubject) throws -> Tensor {
    let shape = Shape([frames.count] + subject.pixels.shape.extents)
    let whole = subject.preprocessing.normalised(subject.pixels)
    let input = Tensor(shape) { elements in
      for (row, frame) in frames.enumerated() {
        let destination = elements + row * whole.count
        switch frame.content {
        case .picture(let write): write(destination)
        case .patches: whole.withElements { for index in $0.indices { destination[index] = $0[index] } }
        }
      }
    }
    let kept = frames.compactMap { if case .patches(let kept) = $0.content { kept } else { nil } }
    return try kept.isEmpty ? logits(input) : logits(input, under: .keepingPatches(kept))
  }
}

/// Softmax probabilities of one row of logits.
public func softmax(_ logits: [Float]) -> [Float] {
  guard let highest = logits.max() else { return [] }
  let exponentials = logits.map { Float(exponential(Double($0 - highest))) }
  let sum = exponentials.reduce(0, +)
  return exponentials.map { $0 / sum }
}
