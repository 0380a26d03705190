public import XAICore
import XAIImage
import XAITensor

/// Occlusion: how much of a class's score is lost when a window is hidden.
///
/// A pixel has the mean of f_c(x) − f_c(x with the window hidden) over the windows that cover it, a patch the mean of its
/// pixels. Source: Zeiler & Fergus 2014 (arXiv 1311.2901), section 4.2; the mean over windows is captum's.
public struct Occlusion: PerturbationExplainer {
  public static let descriptor = ExplainerDescriptor(
    id: "occlusion", title: "Occlusion",
    summary: "Shows where hiding a window of the image lowers the class's probability",
    family: .perturbation, needs: [], isClassSpecific: true, scores: .signed,
    forwardPasses: "1 + windows",
    backwardPasses: "0",
    citation: Citation(
      authors: "Zeiler & Fergus", title: "Visualizing and Understanding Convolutional Networks",
      venue: "ECCV", year: 2014, identifier: "arXiv:1311.2901"))

  public let options: OcclusionOptions

  public init(options: OcclusionOptions = OcclusionOptions()) {
    self.options = options
  }

  /// A model that can leave patches out, where that is how they are hidden.
  public var needs: Capabilities { options.fill.needs }

  /// Needs the logits; throws where window and stride don't fit the model's input.
  public func recording(for model: ModelDescriptor) throws -> Recording {
    if let size = model.preprocessing.inputSize {
      _ = try OcclusionWindows(
        options, over: PatchCells(grid: model.layout.grid, height: size.height, width: size.width))
    }
    return Recording()
  }

  /// The image with each window hidden.
  public func perturbation(
    of image: Int, in trace: ForwardTrace, using model: any Model
  ) throws -> Perturbation {
    let windows = try OcclusionWindows(options, over: PatchCells(of: trace))
    let original = trace.input[image]
    let hidden = options.fill.substitute()?.input(
      hiding: original, preprocessing: model.descriptor.preprocessing)
    return Perturbation(windows.frames(of: original, hiddenAs: hidden)) { scores in
      scores.whole.enumerated().map { target, whole in
        windows.patchMeans(of: scores.values(of: target).map { whole - $0 })
      }
    }
  }
}

/// The options of occlusion.
public struct OcclusionOptions: PerturbationExplainerOptions, ChosenScoreOptions {
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
    scoreOption,
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
