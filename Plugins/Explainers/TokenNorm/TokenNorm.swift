public import XAICore
import XAITensor

/// The options of Token Norm.
public struct TokenNormOptions: PluginOptions {
  /// The layer, from 0; −1 is the last.
  public var layer = -1
  /// The place in the layer.
  public var point = Place.output

  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec("layer", \.layer, "the layer that is looked at, from 0; -1 is the last"),
    OptionSpec("point", \.point, "the place in the layer"),
  ]
}

/// The Euclidean norm of each patch's token.
///
/// score_p = √(Σ_c f_pc²). Large transformers without registers use a few patches of little content as scratch space, whose tokens
/// are far longer than the rest: where this map has spots, attention maps have them too, and they say nothing of the image there.
/// Source: Darcet et al. 2024 (arXiv 2309.16588), section 2.1.
public struct TokenNorm: Explainer {
  public static let descriptor = ExplainerDescriptor(
    id: "token-norm", title: "Token Norm", summary: "Shows how long each patch's token is, to find artefacts",
    family: .attention, needs: [.activations], isClassSpecific: false, scores: .magnitude,
    backwardPasses: "0",
    citation: Citation(
      authors: "Darcet et al.", title: "Vision Transformers Need Registers", venue: "ICLR", year: 2024,
      identifier: "arXiv:2309.16588"))

  public let options: TokenNormOptions

  public init(options: TokenNormOptions = TokenNormOptions()) {
    self.options = options
  }

  private func point(of model: ModelDescriptor) throws -> ActivationPoint {
    try model.tokenPoint(options.point, layer: options.layer, for: self)
  }

  /// Needs the activations of one point.
  public func recording(for model: ModelDescriptor) throws -> Recording {
    Recording(activations: [try point(of: model)])
  }

  /// Explains every image; all targets of an image have the same map.
  public func explain(
    from trace: ForwardTrace, targets: Targets, using model: any Model
  ) throws -> [[Attribution]] {
    try trace.check(targets)
    let point = try point(of: model.descriptor)
    let activation = try trace.activation(at: point).onHost("activations")
    return try targets.map { image, _, classIndex in
      let tokens = activation[image]
      let lengths = trace.layout.patches(ofLayer: point.layer).map { patch in
        Float(tokens[patch].elements.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot())
      }
      return try Attribution(
        scores: trace.layout.patchMap(lengths, ofLayer: point.layer), of: trace, classIndex: classIndex,
        by: self)
    }
  }
}
