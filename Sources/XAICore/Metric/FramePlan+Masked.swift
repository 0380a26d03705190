import XAIImage
import XAITensor

extension FramePlan {
  /// One frame: the picture with each pixel multiplied by its map value, then mean and deviation.
  ///
  /// The product is taken of pixels in [0, 1], so that what the map leaves out is black, whatever the model's
  /// normalisation.
  public static func masked(_ subject: MetricSubject) -> FramePlan {
    FramePlan(count: 1) { _ in
      Frame(
        .picture { destination in
          let plane = subject.map.count
          let masked = Tensor(subject.pixels.shape) { result in
            subject.pixels.withElements { pixels in
              for index in pixels.indices { result[index] = pixels[index] * subject.map[index % plane] }
            }
          }
          subject.preprocessing.normalised(masked).withElements { values in
            for index in values.indices { destination[index] = values[index] }
          }
        }, identity: .ofMap("masked"))
    }
  }
}
