package import XAITensor

/// Frames that the model sees together.
package struct FrameBatch: Sendable {
  /// The patches that each keeps; empty for whole pictures.
  private let kept: [[Int]]
  private let input: Tensor

  /// Builds a batch; its memory is that of a batch before, which the pool of tensors hands on.
  ///
  /// - Parameters:
  ///   - contents: pictures, or equally many patches each.
  ///   - pictures: the whole preprocessed picture of each, [3, H, W].
  package init(_ contents: [Frame.Content], of pictures: [Tensor]) {
    let shape = pictures[0].shape
    kept = contents.compactMap { if case .patches(let kept) = $0 { kept } else { nil } }
    input = Tensor(Shape([contents.count] + shape.extents)) { elements in
      for (row, content) in contents.enumerated() {
        let destination = elements + row * shape.count
        switch content {
        case .picture(let write): write(destination)
        case .patches: pictures[row].write(to: destination)
        }
      }
    }
  }

  /// What the model says, [frames, classes].
  package func logits(of model: any Model) throws -> Tensor {
    try kept.isEmpty ? model.logits(input) : model.intervenable().logits(input, under: .keepingPatches(kept))
  }
}

extension Tensor {
  /// Writes mask·own + (1 − mask)·other.
  ///
  /// - Parameters:
  ///   - other: [3, H, W], as this tensor.
  ///   - mask: one value a pixel.
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
