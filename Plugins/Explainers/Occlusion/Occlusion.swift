public import XAICore
import XAIImage
import XAITensor

/// Occlusion: how much of a class's score is lost when a window is hidden.
///
/// A pixel has the mean of f_c(x) − f_c(x with the window hidden) over the windows that cover it, a patch the mean of its
/// pixels. Source: Zeiler & Fergus 2014 (arXiv 1311.2901), section 4.2; the mean over windows is captum's.
public struct Occlusion: Explainer {
  /// What the explainer is.
  public static let descriptor = ExplainerDescriptor(
    id: "occlusion", title: "Occlusion",
    summary: "Shows where hiding a window of the picture lowers the class's probability",
    family: .perturbation, needs: [], isClassSpecific: true,
    forwardPasses: "1 + windows",
    reversePasses: "0",
    citation: Citation(
      authors: "Zeiler & Fergus", title: "Visualizing and Understanding Convolutional Networks",
      venue: "ECCV", year: 2014, identifier: "arXiv:1311.2901"))

  /// The options that this value works with.
  public let options: OcclusionOptions

  /// Makes an explainer.
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

  /// Explains every image; all targets of an image share its passes.
  public func explain(
    _ trace: ForwardTrace, targets: Targets, using model: any Model
  ) throws -> [[Attribution]] {
    let windows = try OcclusionWindows(options, over: PatchCells(of: trace))
    var runner = FrameRunner(
      self, model: model, batchSize: options.batch, total: windows.count * targets.imageCount)
    return try targets.classes.enumerated().map { image, classes in
      guard !classes.isEmpty else { return [] }
      let picture = trace.input[image]
      let whole = trace.logits[image].onHost("logits").withElements {
        options.score.values(of: classes, in: $0)
      }
      var losses = classes.map { _ in [Double](repeating: 0, count: windows.count) }
      let hidden = options.fill.fill?.input(
        hiding: picture, preprocessing: model.descriptor.preprocessing)
      try runner.run(windows.frames(of: picture, hiddenAs: hidden), of: picture) { window, logits in
        for (target, score) in options.score.values(of: classes, in: logits).enumerated() {
          losses[target][window] = whole[target] - score
        }
      }
      return try classes.indices.map { target in
        try Attribution(
          scores: windows.patchMeans(of: losses[target]), of: trace, classIndex: classes[target], by: self)
      }
    }
  }
}
