public import XAICore
import XAITensor

/// The options of gradient rollout.
public struct GradientRolloutOptions: BackwardOptions {
  /// Share of each row's patch columns that are set to 0, the lowest first; from 0 to less than 1.
  public var discard = 0.0
  /// The first layer that counts, from 0.
  public var start = 0
  /// How the backward pass goes through operations that aren't linear.
  public var backward = BackwardPass.gradient
  /// What the class is held against.
  public var contrast = Contrast.none

  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec(
      "discard", \.discard, "share of each row's patch columns set to 0, lowest first",
      allowed: "a number from 0 to less than 1", where: { (0..<1).contains($0) }),
    OptionSpec(
      "start", \.start, "the first layer that counts, from 0", allowed: "a layer, from 0", where: { $0 >= 0 }),
    backwardOption,
    contrastOption,
  ]
}

/// Gradient rollout: Attention Rollout over attention weighted by its gradient.
///
/// Ā = ReLU(mean_h(G ⊙ A)), Ã = Ā + I with rows scaled to sum 1, R = Ã_L⋯Ã_1; the map is R's readout row.
/// Source: Gildenblat 2020, "Exploring Explainability for Vision Transformers".
public struct GradientRollout: Explainer {
  public static let descriptor = ExplainerDescriptor(
    id: "gradient-rollout", title: "Gradient Rollout",
    summary: "Attention Rollout over attention maps that are weighted by their own gradient",
    family: .gradient,
    needs: [.attention, .attentionGradients], isClassSpecific: true, scores: .magnitude, backwardPasses: "1",
    citation: Citation(
      authors: "Gildenblat", title: "Exploring Explainability for Vision Transformers", venue: "blog",
      year: 2020,
      identifier: "jacobgil.github.io/deeplearning/vision-transformer-explainability"))

  public let options: GradientRolloutOptions

  public init(options: GradientRolloutOptions = GradientRolloutOptions()) {
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
      clamp: .afterMean, rules: options.backward.rules, using: model)
    let layout = trace.layout
    return try targets.map { image, target, classIndex in
      let passRow = targets.row(image: image, target: target)
      let rows = RowPropagation.propagate(
        [layout.readoutWeights, layout.uniformWeights], through: layers.reversed(), of: layout
      ) { row in
        attention.write(row, passRow: passRow)
        row.discard(options.discard)
        row.addIdentity()
        row.normalise()
      }
      return try Attribution(
        scores: layout.patchScores(rows[0], ofLayer: layers.lowerBound), of: trace, classIndex: classIndex,
        by: self,
        diagnostics: Diagnostics(rankCollapse: RowPropagation.collapse(readoutRow: rows[0], meanRow: rows[1]))
      )
    }
  }
}
