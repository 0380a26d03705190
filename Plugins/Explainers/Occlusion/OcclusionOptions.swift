public import XAICore

/// The options of occlusion.
public struct OcclusionOptions: PerturbationExplainerOptions {
  /// The side of the window.
  public var window = Extent.patches(2)
  /// How far it moves.
  public var stride = Extent.patches(1)
  /// How pixels in the window are hidden.
  public var fill = Hiding.fill(.zero)
  /// Which output stands for a class.
  public var score = OutputScore.probability
  /// Inputs that the model sees at once.
  public var batch = 16

  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec("window", \.window, "the side of the window"),
    OptionSpec("stride", \.stride, "how far the window moves, at most its side"),
    OptionSpec(
      "fill", \.fill, "what stands in the place of the window; tokens leaves its patches out",
      oneOf: Hiding.fills + [.tokens]),
    OptionSpec("score", \.score, "which output stands for a class"),
    batchOption,
  ]
}

/// A length in an image.
public enum Extent: OptionValue {
  /// A number of patches, whatever their size.
  case patches(Int)
  /// A number of pixels.
  case pixels(Int)

  /// Reads `2`, for patches, or `32px`; both from 1.
  public init?(optionText: String) {
    let isPixels = optionText.hasSuffix("px")
    guard let count = Int(isPixels ? String(optionText.dropLast(2)) : optionText), count > 0 else {
      return nil
    }
    self = isPixels ? .pixels(count) : .patches(count)
  }

  /// The number, with `px` behind one of pixels.
  public var optionText: String {
    switch self {
    case .patches(let count): "\(count)"
    case .pixels(let count): "\(count)px"
    }
  }

  /// Both kinds.
  public static let allowedOptionText = "patches, such as 2, or pixels, such as 32px"

  /// The length in pixels, at most `limit`.
  func pixels(patch: Int, limit: Int) -> Int {
    switch self {
    case .patches(let count): count >= limit ? limit : min(count * patch, limit)
    case .pixels(let count): min(count, limit)
    }
  }
}
