public import XAICore
import XAITensor

/// ViT-ReciproCAM: what the last layers say of the class where they see one patch and its neighbours.
///
/// score_p = f_c(t ⊙ m_p from layer l on), m_p a Gaussian of 3 × 3 patches about p and 1 for the tokens before the patches; the
/// mask counts for the layer's input and for what its attention sees of it. Source: Byun & Lee 2023 (arXiv 2310.02588), as
/// OpenVINO's implementation masks.
public struct ReciproCAM: Explainer {
  public static let descriptor = ExplainerDescriptor(
    id: "reciprocam", title: "ViT-ReciproCAM",
    summary: "Shows the last layer one patch's token at a time, and scores the patch by the class's logit",
    family: .perturbation, needs: [.activations, .tokenMasking], isClassSpecific: true, scores: .relative,
    forwardPasses: "1, and one of the last layer for each patch", backwardPasses: "0",
    citation: Citation(
      authors: "Byun & Lee",
      title: "ViT-ReciproCAM: Gradient and Attention-Free Visual Explanations for Vision Transformer",
      venue: "arXiv", year: 2023, identifier: "arXiv:2310.02588"))

  public let options: ReciproCAMOptions

  public init(options: ReciproCAMOptions = ReciproCAMOptions()) {
    self.options = options
  }

  private func point(of model: ModelDescriptor) throws -> ActivationPoint {
    try model.tokenPoint(.input, layer: options.layer, for: self)
  }

  /// Probabilities are never negative, and logits have no zero.
  public var scoreMeaning: ScoreMeaning { options.score == .probability ? .magnitude : .relative }

  /// Needs what the layer sees.
  public func recording(for model: ModelDescriptor) throws -> Recording {
    Recording(activations: [try point(of: model)])
  }

  /// Explains every image; all targets of an image share its passes.
  public func explain(
    from trace: ForwardTrace, targets: Targets, using model: any Model
  ) throws -> [[Attribution]] {
    try trace.check(targets)
    let point = try point(of: model.descriptor)
    let tokens = try trace.activation(at: point)
    let masks = TokenMasks(
      prefix: trace.layout.prefix.count, grid: trace.layout.grid(ofLayer: point.layer), options)
    let progress = PassCount(explainer: specification, done: 0, total: masks.count * trace.batchCount)
    return try targets.classes.enumerated().map { image, classes in
      var (scores, rounding) = (classes.map { _ in [Float]() }, classes.map { _ in 0.0 })
      for patches in masks.batches(of: options.batch) {
        let logits = try model.finite(
          model.tokenMaskable().logits(
            of: tokens[image..<image + 1], under: masks.tensor(patches), fromLayer: point.layer,
            layout: trace.layout), of: trace.input[image..<image + 1])
        for row in 0..<patches.count {
          logits[row].withElements { logits in
            let values = options.score.values(of: classes, in: logits, meaning: model.descriptor.output)
            rounding = zip(rounding, options.score.rounding(of: values, in: logits)).map(max)
            for target in classes.indices { scores[target].append(Float(values[target])) }
          }
        }
        try PassProgress.tell(
          PassCount(
            explainer: progress.explainer, done: image * masks.count + patches.upperBound,
            total: progress.total))
      }
      return try classes.enumerated().map { target, classIndex in
        try Attribution(
          scores: trace.layout.patchMap(scores[target], ofLayer: point.layer), of: trace,
          classIndex: classIndex, by: self, rounding: rounding[target])
      }
    }
  }
}

/// The options of ViT-ReciproCAM.
public struct ReciproCAMOptions: PerturbationExplainerOptions, ChosenScoreOptions {
  /// The layer whose tokens are masked, from 0; −1 is the last.
  public var layer = -1
  /// Whether a patch's neighbours are seen too, by a Gaussian of 3 × 3.
  public var gaussian = true
  /// Whether the tokens before the patches are seen.
  public var prefix = true
  /// Which output stands for a class.
  public var score = OutputScore.logit
  /// Masks that the model sees at once.
  public var batch = 16

  /// Makes the defaults: those of OpenVINO's implementation.
  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec("layer", \.layer, "the layer whose tokens are masked, from 0; -1 is the last"),
    OptionSpec("gaussian", \.gaussian, "whether a patch's neighbours are seen too, by a Gaussian of 3×3"),
    OptionSpec("prefix", \.prefix, "whether the class token, and what else is before the patches, is seen"),
    scoreOption,
    batchOption,
  ]
}
