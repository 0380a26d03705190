import XAICore
import XAIImage
import XAITensor

/// Frames that the model sees together.
struct FrameBatch: Sendable {
  /// Which frames of the table.
  let frames: [Int]
  /// The patches that each keeps; empty for whole pictures.
  private let kept: [[Int]]
  private let input: Tensor

  /// Builds a batch of a table; its memory is that of a batch before, which the pool of tensors hands on.
  init(_ frames: [Int], of table: FrameTable, pictures: [PictureInput]) {
    let contents = frames.map { table.sources[table.shown[$0].source].plan[table.shown[$0].index].content }
    let inputs = frames.map { pictures[table.shown[$0].picture] }
    let shape = inputs[0].shape
    self.frames = frames
    kept = contents.compactMap { if case .patches(let kept) = $0 { kept } else { nil } }
    input = Tensor(Shape([frames.count] + shape.extents)) { elements in
      for (row, content) in contents.enumerated() {
        let destination = elements + row * shape.count
        switch content {
        case .picture(let write): write(destination)
        case .patches: inputs[row].writeWhole(to: destination)
        }
      }
    }
  }

  /// What the model says, [frames, classes].
  func logits(of model: any Model) throws -> Tensor {
    try kept.isEmpty ? model.logits(input) : model.logits(input, under: .keepingPatches(kept))
  }
}

/// A picture as the model's input, for frames that leave patches of it out.
struct PictureInput: Sendable {
  private let values: Tensor

  /// Takes pixels [3, H, W] in [0, 1].
  init(_ picture: LoadedPicture, of model: any Model) {
    values = model.descriptor.preprocessing.normalised(picture.pixels)
  }

  var shape: Shape { values.shape }

  /// The picture so many times, [count, 3, H, W].
  func repeated(_ count: Int) -> Tensor {
    Tensor(Shape([count] + shape.extents)) { elements in
      for row in 0..<count { writeWhole(to: elements + row * shape.count) }
    }
  }

  func writeWhole(to destination: UnsafeMutablePointer<Float>) {
    values.withElements { source in
      if let start = source.baseAddress { destination.update(from: start, count: source.count) }
    }
  }
}
