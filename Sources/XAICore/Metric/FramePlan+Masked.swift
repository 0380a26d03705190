import XAIImage
import XAITensor

extension FramePlan {
  /// One frame: the image with each pixel multiplied by its map value.
  public static func masked(_ subject: MetricSubject, in space: MaskingSpace = .pixels) -> FramePlan {
    FramePlan(count: 1) { _ in
      Frame(
        .picture { destination in
          let (preprocessing, pixels) = (subject.preprocessing, subject.pixels)
          let masked =
            switch space {
            case .pixels: preprocessing.normalised(pixels.multiplied(by: subject.map))
            case .normalised: subject.picture.input.multiplied(by: subject.map)
            }
          masked.write(to: destination)
        }, identity: .ofMap(space == .pixels ? "masked" : "masked-\(space.rawValue)"))
    }
  }
}

extension Tensor {
  /// The product of each channel and a map.
  fileprivate func multiplied(by map: [Float]) -> Tensor {
    Tensor(shape) { result in
      withElements { elements in
        map.withUnsafeBufferPointer { map in
          for start in stride(from: 0, to: elements.count, by: map.count) {
            for pixel in 0..<map.count { result[start + pixel] = elements[start + pixel] * map[pixel] }
          }
        }
      }
    }
  }
}
