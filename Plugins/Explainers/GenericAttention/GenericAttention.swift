public import XAICore
import XAITensor

/// The options of generic attention explainability.
public struct GenericAttentionOptions: BackwardOptions {
  /// The first layer that counts, from 0.
  public var start = 0
  /// How the backward pass goes through operations that aren't linear.
  public var backward = BackwardPass.gradient
  /// What the class is held against.
  public var contrast = Contrast.none

  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec(
      "start", \.start, "the first layer that counts, from 0", allowed: "a layer, from 0", where: { $0 >= 0 }),
    backwardOption,
    contrastOption,
  ]
}

/// Generic attention explainability, for the self-attention of an encoder.
///
/// Ā = mean_h ReLU(G ⊙ A), R ← R + Ā·R from R = I; the map is R's readout row.
/// Source: Chefer, Gur & Wolf 2021 (arXiv 2103.15679), Eq. 5 and 6.
public struct GenericAttention: Explainer {
  public static let descriptor = ExplainerDescriptor(
    id: "generic-attention", title: "Generic Attention",
    summary: "Adds up attention weighted by its positive gradient, layer by layer", family: .gradient,
    needs: [.attention, .attentionGradients], isClassSpecific: true, scores: .magnitude, backwardPasses: "1",
    citation: Citation(
      authors: "Chefer, Gur & Wolf",
      title:
        "Generic Attention-model Explainability for Interpreting Bi-Modal and Encoder-Decoder Transformers",
      venue: "ICCV", year: 2021, identifier: "arXiv:2103.15679"))

  public let options: GenericAttentionOptions

  public init(options: GenericAttentionOptions = GenericAttentionOptions()) {
    self.options = options
  }

  /// Needs a backward pass down to `start`.
  public func recording(for model: ModelDescriptor) throws -> Recording {
    _ = try model.layer(options.start, option: "start")
    return Recording(gradients: true)
  }

  /// Explains every target in one backward pass.
  public func explain(
    from trace: ForwardTrace, targets: Targets, using model: any Model
  ) throws -> [[Attribution]] {
    let layers = options.start..<model.descriptor.layerCount
    let attention = try GradientWeightedAttention(
      trace, cotangent: trace.cotangent(of: targets, contrast: options.contrast), layers: layers,
      clamp: .eachHead, rules: options.backward.rules, using: model)
    return try targets.map { image, target, classIndex in
      let passRow = targets.row(image: image, target: target)
      return try Attribution(
        scores: attention.rollOut(layers, passRow: passRow, of: trace.layout), of: trace,
        classIndex: classIndex,
        by: self)
    }
  }
}
