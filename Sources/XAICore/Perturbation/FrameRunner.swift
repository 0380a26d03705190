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
  /// - Throws: `OptionError` for a batch of no inputs.
  public init(
    _ explainer: some Explainer, model: any Model, batchSize: Int, total: Int
  ) throws(OptionError) {
    guard batchSize > 0 else {
      throw .outOfRange(
        owner: explainer.descriptor.id, option: "batch", value: String(batchSize),
        allowed: "a whole number from 1")
    }
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
    _ plan: FramePlan, of image: Tensor,
    _ take: (_ frame: Int, _ logits: UnsafeBufferPointer<Float>) throws -> Void
  ) throws {
    let batches = plan.batches(of: batchSize)
    var inputs = batches.prefetched { frames in
      FrameBatch(frames.map { plan[$0].content }, of: frames.map { _ in image })
    }
    for frames in batches {
      guard let batch = inputs.next() else { return }
      let logits = try batch.logits(of: model)
      let classCount = logits.shape[1]
      try logits.withElements { elements in
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

/// Frames that the model sees together.
package struct FrameBatch: Sendable {
  /// The patches that each keeps; empty for pixels.
  private let kept: [[Int]]
  /// The heads that the model has to do without for each; empty where it has all of them.
  private let removed: [[Intervention.Head]]
  /// What the model sees, [frames, 3, H, W].
  package let input: Tensor

  /// Builds a batch; its memory is that of a batch before, which the pool of tensors hands on.
  ///
  /// - Parameters:
  ///   - contents: of one kind: pixels, equally many patches each, or without heads.
  ///   - images: the whole preprocessed image of each, [3, H, W].
  package init(_ contents: [Frame.Content], of images: [Tensor]) {
    let shape = images[0].shape
    kept = contents.compactMap { if case .patches(let kept) = $0 { kept } else { nil } }
    removed = contents.compactMap { if case .heads(let heads) = $0 { heads } else { nil } }
    let batch = TensorShape([contents.count] + shape.extents)
    guard images.allSatisfy({ $0.device == nil }) else {
      let inputs = zip(contents, images).map { content, whole in
        if case .image(let changed) = content { changed.tensor(shape) } else { whole }
      }
      input = Tensor.gathering(Array(inputs.indices), of: inputs, columns: shape.count, shape: batch)
      return
    }
    input = Tensor(batch) { elements in
      for (row, content) in contents.enumerated() {
        let destination = elements + row * shape.count
        switch content {
        case .image(let changed): changed.write(to: destination, count: shape.count)
        case .whole, .patches, .heads: images[row].write(to: destination)
        }
      }
    }
  }

  /// Takes a batch that is built already, [frames, 3, H, W].
  package init(_ input: Tensor) {
    self.input = input
    (kept, removed) = ([], [])
  }

  /// What the model says, [frames, classes], in host memory and all of it finite.
  package func logits(of model: any Model) throws -> Tensor {
    let logits: Tensor
    if !kept.isEmpty {
      logits = try model.intervenable().logits(input, under: .keepingPatches(kept))
    } else if !removed.isEmpty {
      logits = try model.intervenable().logits(input, under: .removingHeads(removed))
    } else {
      logits = try model.logits(input)
    }
    return try model.finite(logits, of: input)
  }

  /// The order in which a model sees frames, in batches of one kind (`Frame.batchKind`): those of pixels first, then those
  /// of equally many patches, then those without heads, each in their own order.
  package static func batches(
    _ frames: some Sequence<Int>, of size: Int, kind: (_ frame: Int) -> Int
  ) -> [[Int]] {
    let lists = Dictionary(grouping: frames, by: kind).ordered { $0.key < $1.key }
    return lists.flatMap { _, frames in
      stride(from: 0, to: frames.count, by: size).map {
        Array(frames[$0..<min($0 + size, frames.count)])
      }
    }
  }
}
