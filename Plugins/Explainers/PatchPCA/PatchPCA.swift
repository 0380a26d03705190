public import XAICore
import XAITensor

/// The options of Patch PCA.
public struct PatchPCAOptions: PluginOptions {
  /// Which principal component is shown, from 1.
  public var component = 1
  /// The layer, from 0; −1 is the last.
  public var layer = -1
  /// The place in the layer.
  public var point = Place.output

  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec("component", \.component, "the principal component that is shown", oneOf: [1, 2, 3]),
    OptionSpec("layer", \.layer, "the layer that is looked at, from 0; -1 is the last"),
    OptionSpec("point", \.point, "the place in the layer"),
  ]
}

/// The place of each patch's token along a principal component of the image's own patches.
///
/// With f̄ the mean over patches, and w_k the direction of unit length in which the tokens vary most among those at right angles to
/// w_1 … w_(k−1): score_p = w_k·(f_p − f̄). A component is the same up to its sign, so that of w_k is chosen: its largest element
/// is positive.
/// Source: Oquab et al. 2024 (arXiv 2304.07193), section 7.7 and figure 1, who draw three components as red, green and blue.
public struct PatchPCA: Explainer {
  public static let descriptor = ExplainerDescriptor(
    id: "patch-pca", title: "Patch PCA",
    summary:
      "Shows in which direction the patches of an image differ most, one principal component at a time",
    family: .attention, needs: [.activations], isClassSpecific: false, scores: .relative,
    backwardPasses: "0",
    citation: Citation(
      authors: "Oquab et al.", title: "DINOv2: Learning Robust Visual Features without Supervision",
      venue: "TMLR", year: 2024, identifier: "arXiv:2304.07193"))

  public let options: PatchPCAOptions

  public init(options: PatchPCAOptions = PatchPCAOptions()) {
    self.options = options
  }

  private func point(of model: ModelDescriptor) throws -> ActivationPoint {
    try model.tokenPoint(options.point, layer: options.layer, for: self)
  }

  /// Needs the activations of one point.
  public func recording(for model: ModelDescriptor) throws -> Recording {
    Recording(activations: [try point(of: model)])
  }

  /// What single precision may have moved a token by, as a share of its length, before the mean was subtracted.
  private static let roundingShare = 0x1p-20

  /// Explains every image; all targets of an image have the same map.
  public func explain(
    from trace: ForwardTrace, targets: Targets, using model: any Model
  ) throws -> [[Attribution]] {
    try trace.check(targets)
    let point = try point(of: model.descriptor)
    let activation = try trace.activation(at: point).onHost("activations")
    let maps = (0..<trace.batchCount).map { image in
      let tokens = activation[image]
      let patches = trace.layout.patches(ofLayer: point.layer).map { tokens[$0].elements.map { Double($0) } }
      let components = PrincipalComponents(of: patches, count: options.component)
      let longest = patches.map { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() }.max() ?? 0
      return (scores: components.scores(component: options.component - 1), longest: longest)
    }
    return try targets.map { image, _, classIndex in
      try Attribution(
        scores: trace.layout.patchMap(maps[image].scores.map { Float($0) }, ofLayer: point.layer), of: trace,
        classIndex: classIndex, by: self, rounding: maps[image].longest * Self.roundingShare)
    }
  }
}
