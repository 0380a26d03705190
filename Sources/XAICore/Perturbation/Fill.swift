public import XAIImage
public import XAITensor

/// What stands in the place of pixels that are hidden from a model.
public enum Fill: String, OptionValue, CaseIterable {
  /// 0 after mean and standard deviation.
  case zero
  /// 0 before mean and standard deviation.
  case black
  /// The mean colour of ImageNet.
  case mean
  /// The image, blurred.
  case blur
  /// The lowest value of the model's input, in all channels.
  case lowest

  /// The model's input where all of an image is hidden.
  ///
  /// - Parameters:
  ///   - image: the model's input, [3, H, W].
  ///   - preprocessing: how that was made.
  public func input(hiding image: Tensor, preprocessing: Preprocessing) -> Tensor {
    switch self {
    case .zero: Tensor(repeating: 0, image.shape)
    case .black: preprocessing.normalised(Tensor(repeating: 0, image.shape))
    case .mean: preprocessing.normalised(Self.meanColour(image.shape))
    case .blur: Blur().callAsFunction(image)
    case .lowest: Tensor(repeating: image.withElements { $0.min() ?? 0 }, image.shape)
    }
  }

  /// Each channel is its mean over ImageNet, in [0, 1].
  private static func meanColour(_ shape: TensorShape) -> Tensor {
    let plane = shape[1] * shape[2]
    return Tensor(shape) { elements in
      for (channel, mean) in Preprocessing.Normalisation.imageNet.mean.enumerated() {
        (elements + channel * plane).update(repeating: mean, count: plane)
      }
    }
  }
}

/// How part of an image is hidden from a model: by a fill, or in a way that only some methods have.
///
/// An option lists those that it takes: `OptionSpec("fill", \.fill, "…", oneOf: Hiding.fills + [.tokens])`.
public enum Hiding: OptionValue {
  /// Other values stand in the place of what is hidden.
  case fill(Fill)
  /// Nothing stands there: hidden patches become no tokens, which no pixel could say without being seen.
  case tokens
  /// Each segment has its own mean colour.
  case segmentMean
  /// `zero` where pixels are taken away and `blur` where they are brought back, as in RISE's causal metrics.
  case rise

  /// Every fill.
  public static let fills = Fill.allCases.map { Hiding.fill($0) }

  private static let words: [(text: String, hiding: Hiding)] =
    fills.map { ($0.optionText, $0) } + [.tokens, .segmentMean, .rise].map { ($0.optionText, $0) }

  /// Reads the name of a fill, `tokens`, `segment-mean` or `rise`.
  public init?(optionText: String) {
    guard let word = Self.words.first(where: { $0.text == optionText }) else { return nil }
    self = word.hiding
  }

  /// The name of the fill, `tokens`, `segment-mean` or `rise`.
  public var optionText: String {
    switch self {
    case .fill(let fill): fill.optionText
    case .tokens: "tokens"
    case .segmentMean: "segment-mean"
    case .rise: "rise"
    }
  }

  /// Every value.
  public static var allowedOptionText: String { optionTexts.joined(separator: " | ") }

  /// Every value.
  public static var optionTexts: [String] { words.map(\.text) }

  /// What a model must be able to do.
  public var needs: Capabilities { self == .tokens ? .patchRemoval : [] }

  /// The fill that stands there; nil where the image's own segments, or no pixels, stand in the place of what is hidden.
  ///
  /// - Parameter isInsertion: whether pixels are brought back rather than taken away.
  public func substitute(isInsertion: Bool = false) -> Fill? {
    switch self {
    case .fill(let fill): fill
    case .rise: isInsertion ? .blur : .zero
    case .tokens, .segmentMean: nil
    }
  }
}
