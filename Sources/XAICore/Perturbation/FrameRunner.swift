import XAIFoundation
public import XAITensor

/// Shows a model many changed inputs in batches: memory is that of two batches, however many inputs there are.
///
/// A batch is built while the model looks at the one before. After each, ``PassProgress`` is told.
public struct FrameRunner {
  private let explainer: String
  private let model: any Model
  private let batchSize: Int
  private let total: Int
  private var done = 0

  /// Prepares to run.
  ///
  /// - Parameters:
  ///   - explainer: whose passes they are.
  ///   - model: what sees the inputs.
  ///   - batchSize: inputs that it sees at once, at least 1.
  ///   - total: inputs that it will see in all runs together.
  public init(_ explainer: some Explainer, model: any Model, batchSize: Int, total: Int) {
    precondition(batchSize > 0, "the model sees at least one input at once, not \(batchSize)")
    self.explainer = explainer.specification
    self.model = model
    self.batchSize = batchSize
    self.total = total
  }

  /// Runs the frames of an image.
  ///
  /// - Parameters:
  ///   - plan: the frames; those of equally many patches are shown together, so that they may come out of their order.
  ///   - image: the whole preprocessed image, [3, H, W].
  ///   - take: takes the number of a frame and its logits, in place.
  /// - Throws: what the model throws, and `CancellationError` where the run is stopped.
  public mutating func run(
    _ plan: FramePlan, of picture: Tensor,
    _ take: (_ frame: Int, _ logits: UnsafeBufferPointer<Float>) throws -> Void
  ) throws {
    let batches = plan.batches(of: batchSize)
    var inputs = batches.prefetched { frames in
      FrameBatch(frames.map { plan[$0].content }, of: frames.map { _ in picture })
    }
    for frames in batches {
      guard let batch = inputs.next() else { return }
      let logits = try batch.logits(of: model)
      let classCount = logits.shape[1]
      try logits.onHost("logits").withElements { elements in
        for (row, frame) in frames.enumerated() {
          try take(
            frame, UnsafeBufferPointer(rebasing: elements[row * classCount..<(row + 1) * classCount]))
        }
      }
      done += frames.count
      try PassProgress.tell(PassCount(explainer: explainer, done: done, total: total))
    }
  }
}
