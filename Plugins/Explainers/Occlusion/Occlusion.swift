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
    summary: "Shows where hiding a window of the picture lowers the class's probability",
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
    let picture = trace.input[image]
    let hidden = options.fill.substitute()?.input(
      hiding: picture, preprocessing: model.descriptor.preprocessing)
    return Perturbation(windows.frames(of: picture, hiddenAs: hidden)) { scores in
      scores.whole.enumerated().map { target, whole in
        windows.patchMeans(of: scores.values(of: target).map { whole - $0 })
      }
    }
  }
}
