import XAIImage
import XAITensor

/// What stands in the place of pixels that are not there.
public enum Substrate: String, OptionValue, CaseIterable {
  /// `zero` where pixels are taken away and `blur` where they are brought back, as RISE has it.
  case rise
  /// 0 after mean and deviation.
  case zero
  /// 0 before mean and deviation.
  case black
  /// The mean colour of ImageNet.
  case mean
  /// The picture, blurred.
  case blur
  /// The lowest value of the model's input, in all channels.
  case lowest

  /// The substrate of a way in one direction.
  func resolved(isInsertion: Bool) -> Substrate {
    self == .rise ? (isInsertion ? .blur : .zero) : self
  }

  /// The model's input where nothing of a picture is left.
  func input(of subject: MetricSubject, whole: Tensor) -> Tensor {
    switch self {
    case .rise, .zero: Tensor(repeating: 0, whole.shape)
    case .black: subject.preprocessing.normalised(Tensor(repeating: 0, whole.shape))
    case .mean: subject.preprocessing.normalised(Self.meanColour(whole.shape))
    case .blur: SubstrateBlur().callAsFunction(whole)
    case .lowest: Tensor(repeating: whole.withElements { $0.min() ?? 0 }, whole.shape)
    }
  }

  /// Each channel is its mean over ImageNet, in [0, 1].
  private static func meanColour(_ shape: Shape) -> Tensor {
    let plane = shape[1] * shape[2]
    return Tensor(shape) { elements in
      for (channel, mean) in [Float(0.485), 0.456, 0.406].enumerated() {
        (elements + channel * plane).update(repeating: mean, count: plane)
      }
    }
  }
}
