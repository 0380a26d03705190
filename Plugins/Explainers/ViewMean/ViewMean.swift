public import XAICore
import XAITensor

/// The mean of another explainer's maps over shifted and mirrored views of the image, each map moved back.
///
/// score_p = 1/V·Σ_v E(v(x))(v(p)) with views v. Patches cut a shifted image elsewhere, so that what a map owes to their grid
/// is averaged out. Sources: Berend et al. 2026 (ResLRP+, the mean over four translations), and the augmentation smoothing of
/// pytorch-grad-cam (Gildenblat 2021).
public struct ViewMean: Explainer {
  public static let descriptor = ExplainerDescriptor(
    id: "view-mean", title: "View Mean",
    summary: "Averages another explainer's maps over shifted and mirrored views of the image",
    family: .perturbation, needs: [], isClassSpecific: true, scores: .signed,
    forwardPasses: "1, and the explainer's own for each view",
    backwardPasses: "the explainer's own for each view",
    citation: Citation(
      authors: "Gildenblat & contributors", title: "PyTorch library for CAM methods", venue: "GitHub",
      year: 2021, identifier: "https://github.com/jacobgil/pytorch-grad-cam"))

  public let options: ViewMeanOptions
  private let inner: any Explainer

  /// Makes it around the explainer that the options name, which the registry that makes it looks up.
  public init(options: ViewMeanOptions) throws {
    try self.init(of: options.explainer.explainer(), options: options)
  }

  /// Makes it around an explainer.
  ///
  /// - Throws: `OptionError` for an explainer whose options can't be written inside another's.
  public init(of explainer: any Explainer, options: ViewMeanOptions = ViewMeanOptions()) throws(OptionError) {
    inner = explainer
    var options = options
    // In its shortest form, however it was written.
    options.explainer = try InnerExplainer(explainer)
    self.options = options
  }

  /// The inner explainer's.
  public var needs: Capabilities { inner.needs }

  /// The inner explainer's.
  public var needsProbabilities: Bool { inner.needsProbabilities }

  /// The inner explainer's.
  public var needsIsotropicLayers: String? { inner.needsIsotropicLayers }

  /// The inner explainer's.
  public var scoreMeaning: ScoreMeaning { inner.scoreMeaning }

  /// Needs the logits; the passes over views are its own.
  public func recording(for model: ModelDescriptor) throws -> Recording {
    try inner.check(fits: model)
    return Recording()
  }

  /// The inner explainer's.
  public func gradientPoints(for model: ModelDescriptor) throws -> Set<ActivationPoint> {
    try inner.gradientPoints(for: model)
  }

  /// Explains every image; all targets of an image share its passes.
  public func explain(
    from trace: ForwardTrace, targets: Targets, using model: any Model
  ) throws -> [[Attribution]] {
    try trace.check(targets)
    let size = (height: trace.input.shape[2], width: trace.input.shape[3])
    let recording = try inner.recording(for: model.descriptor(seeing: size))
    let views = View.all(options, patches: PatchCells(of: trace))
    var means: [[MapMean]] = targets.map { _, _, _ in MapMean(views: views.count) }
    for (index, view) in views.enumerated() {
      for (image, maps) in try maps(of: view, trace, recording, targets, model).enumerated() {
        for (target, map) in maps.enumerated() { means[image][target].add(map, seenBy: view) }
      }
      try PassProgress.tell(
        PassCount(
          explainer: specification, done: (index + 1) * trace.batchCount,
          total: views.count * trace.batchCount))
    }
    return try targets.map { image, target, classIndex in
      let mean = means[image][target]
      return try Attribution(
        scores: mean.scores, grid: mean.grid, of: trace, classIndex: classIndex, by: self)
    }
  }

  /// The inner explainer's maps of a view of each image.
  private func maps(
    of view: View, _ trace: ForwardTrace, _ recording: Recording, _ targets: Targets, _ model: any Model
  ) throws -> [[Attribution]] {
    let input = view.input(trace.input)
    var seen = try model.forward(input, recording: recording)
    seen.images = trace.images
    _ = try model.finite(seen.logits, of: input)
    do {
      return try inner.maps(of: seen, targets: targets, using: model)
    } catch AttributionError.notFinite(_, let first) {
      throw AttributionError.notFinite(explainer: specification, first: first)
    }
  }
}

/// The options of View Mean.
public struct ViewMeanOptions: PluginOptions {
  /// Whose maps are averaged.
  public var explainer = InnerExplainer.residualLRP
  /// How many shifted views: a square number.
  public var shifts = 4
  /// How far apart the shifts lie, in patches: as many as `shifts` fill this square.
  public var span = 1.0
  /// Whether each view is looked at in a mirror too.
  public var mirror = false

  /// Makes the defaults: those of ResLRP+.
  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec("explainer", \.explainer, "whose maps are averaged"),
    OptionSpec(
      "shifts", \.shifts, "how many shifted views; 1 is the image where it is",
      allowed: "1 | 4 | 9 | 16", where: { [1, 4, 9, 16].contains($0) }),
    OptionSpec(
      "span", \.span, "the side of the square that shifts fill, in patches",
      allowed: "a number above 0, up to 16", where: { $0 > 0 && $0 <= 16 }),
    OptionSpec("mirror", \.mirror, "whether each view is looked at in a mirror too"),
  ]
}

extension InnerExplainer {
  /// ResLRP.
  fileprivate static var residualLRP: InnerExplainer {
    guard let inner = InnerExplainer(optionText: "attnlrp:residual-gamma=1") else {
      fatalError("the default of View Mean is a specification")
    }
    return inner
  }
}
