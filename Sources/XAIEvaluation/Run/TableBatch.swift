import XAICore
import XAITensor

/// Frames of a table that the model sees together.
struct TableBatch: Sendable {
  /// Which frames of the table.
  let frames: [Int]
  private let batch: FrameBatch

  /// Builds a batch of a table.
  init(_ frames: [Int], of table: FrameTable, pictures: [SubjectPicture]) {
    self.frames = frames
    batch = FrameBatch(
      frames.map { table.sources[table.shown[$0].source].plan[table.shown[$0].index].content },
      of: frames.map { pictures[table.shown[$0].picture].input })
  }

  /// What the model says, [frames, classes].
  func logits(of model: any Model) throws -> Tensor { try batch.logits(of: model) }
}

extension Tensor {
  /// The tensor so many times, along a new first axis.
  func repeated(_ count: Int) -> Tensor {
    Tensor(Shape([count] + shape.extents)) { elements in
      for row in 0..<count { write(to: elements + row * self.count) }
    }
  }
}
