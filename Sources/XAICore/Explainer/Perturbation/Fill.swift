public import XAIImage
public import XAITensor

/// What stands in the place of pixels that are hidden from a model.
public enum Fill: String, OptionValue, CaseIterable {
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

  /// The model's input where all of a picture is hidden.
  ///
  /// - Parameters:
  ///   - picture: the model's input, [3, H, W].
  ///   - preprocessing: how that was made.
  public func input(hiding picture: Tensor, preprocessing: Preprocessing) -> Tensor {
    switch self {
    case .zero: Tensor(repeating: 0, picture.shape)
    case .black: preprocessing.normalised(Tensor(repeating: 0, picture.shape))
    case .mean: preprocessing.normalised(Self.meanColour(picture.shape))
    case .blur: SubstrateBlur().callAsFunction(picture)
    case .lowest: Tensor(repeating: picture.withElements { $0.min() ?? 0 }, picture.shape)
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

/// How patches are hidden from a model.
public enum PatchFill: String, OptionValue, CaseIterable {
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
  /// Nothing: hidden patches become no tokens, which no pixel could say without being seen.
  case tokens

  /// What stands in the place of pixels; nil where patches are not there at all.
  public var fill: Fill? { Fill(rawValue: rawValue) }

  /// What a model must be able to do.
  public var needs: Capabilities { self == .tokens ? .patchRemoval : [] }
}
