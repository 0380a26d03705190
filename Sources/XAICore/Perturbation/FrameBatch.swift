package import XAITensor

/// Frames that the model sees together.
package struct FrameBatch: Sendable {
  /// The patches that each keeps; empty for pixels.
  private let kept: [[Int]]
  /// What the model sees, [frames, 3, H, W].
  package let input: Tensor

  /// Builds a batch; its memory is that of a batch before, which the pool of tensors hands on.
  ///
  /// - Parameters:
  ///   - contents: pixels, or equally many patches each.
  ///   - images: the whole preprocessed image of each, [3, H, W].
  package init(_ contents: [Frame.Content], of pictures: [Tensor]) {
    let shape = pictures[0].shape
    kept = contents.compactMap { if case .patches(let kept) = $0 { kept } else { nil } }
    input = Tensor(Shape([contents.count] + shape.extents)) { elements in
      for (row, content) in contents.enumerated() {
        let destination = elements + row * shape.count
        switch content {
        case .picture(let write): write(destination)
        case .whole, .patches: pictures[row].write(to: destination)
        }
      }
    }
  }

  /// Takes a batch that is built already, [frames, 3, H, W].
  package init(_ input: Tensor) {
    self.input = input
    kept = []
  }

  /// What the model says, [frames, classes].
  package func logits(of model: any Model) throws -> Tensor {
    try kept.isEmpty ? model.logits(input) : model.intervenable().logits(input, under: .keepingPatches(kept))
  }

  /// The order in which a model sees frames, in batches: those of pixels first, then those of equally many patches, each
  /// in their own order.
  package static func batches(
    _ frames: some Sequence<Int>, of size: Int, patchCount: (_ frame: Int) -> Int?
  ) -> [[Int]] {
    let lists = Dictionary(grouping: frames) { patchCount($0) ?? -1 }.sorted { $0.key < $1.key }
    return lists.flatMap { _, frames in
      stride(from: 0, to: frames.count, by: size).map {
        Array(frames[$0..<min($0 + size, frames.count)])
      }
    }
  }
}

extension Tensor {
  /// Writes mask·own + (1 − mask)·other.
  ///
  /// - Parameters:
  ///   - other: [3, H, W], as this tensor.
  ///   - mask: one value per pixel.
  ///   - destination: 3 × H × W values.
  package func writeBlend(
    with other: Tensor, mask: UnsafeMutableBufferPointer<Float>, to destination: UnsafeMutablePointer<Float>
  ) {
    withElements { own in
      other.withElements { other in
        for start in stride(from: 0, to: own.count, by: mask.count) {
          for pixel in 0..<mask.count {
            let index = start + pixel
            destination[index] = other[index] + mask[pixel] * (own[index] - other[index])
          }
        }
      }
    }
  }
}
