public import XAICore
import XAITensor

/// Bidirectional token attribution: how tokens perceive one another, times how the class is reasoned from the last of them.
///
/// R ← R + O_l·R from R = I, with O_l = Σ_h w_h·A_h, w_h ∝ mean |A_hᵀ·G_h| (`head`), or mean_h A_h · diag(‖z_j·W_V·W_O‖/‖z_j‖)
/// (`token`). F = mean_h ReLU(1/n · Σ_k ∂y/∂A_L at α_k·x), α_k from 0 to 1. The map is the readout row of F ⊙ R.
/// Source: Chen et al. 2023, "Beyond Intuition: Rethinking Token Attributions inside Transformers".
public struct BTH: Explainer {
  public static let descriptor = ExplainerDescriptor(
    id: "bth", title: "Bidirectional",
    summary: "Rolls out weighted attention and multiplies with the integrated gradient of the last attention",
    family: .gradient, needs: [.attention, .attentionGradients], isClassSpecific: true, scores: .magnitude,
    forwardPasses: "steps + 1",
    backwardPasses: "1, and steps down to the last attention",
    citation: Citation(
      authors: "Chen et al.", title: "Beyond Intuition: Rethinking Token Attributions inside Transformers",
      venue: "Transactions on Machine Learning Research", year: 2023, identifier: "openreview:rm0zIzlhcX"))

  public let options: BTHOptions

  public init(options: BTHOptions = BTHOptions()) {
    self.options = options
  }

  /// Beside the descriptor's, the lengths of tokens and of their projected values where these weigh.
  public var needs: Capabilities {
    options.variant == .head
      ? descriptor.needs : descriptor.needs.union(.activations)
  }

  private func layers(of model: ModelDescriptor) throws -> Range<Int> {
    try model.layer(options.start, option: "start")..<model.layerCount
  }

  /// It multiplies the gradient of the last attention with the rollout entry by entry.
  public var needsIsotropicLayers: String? {
    "it multiplies the gradient of the last attention with the rollout entry by entry"
  }

  /// Needs the attention of the layers that count, and a backward pass or the lengths of tokens.
  public func recording(for model: ModelDescriptor) throws -> Recording {
    let layers = try layers(of: model)
    switch options.variant {
    case .head: return Recording(attention: .some(Set(layers)), gradients: true)
    case .token:
      return Recording(
        attention: .some(Set(layers)),
        activations: Set(
          layers.flatMap { layer in
            [Place.input, .projectedValues].map { ActivationPoint(layer: layer, place: $0) }
          }))
    }
  }

  /// Explains every target; all targets share the forward passes.
  public func explain(
    _ trace: ForwardTrace, targets: Targets, using model: any Model
  ) throws -> [[Attribution]] {
    let layers = try layers(of: model.descriptor)
    let cotangent = try trace.cotangent(of: targets, contrast: options.contrast)
    let feedback = try ReasoningFeedback(trace, cotangent: cotangent, using: model, for: self)
    let (tokens, readoutWeights) = (trace.layout.readoutTokens, trace.layout.readoutWeights)
    let units = tokens.map { token in
      (0..<trace.layout.tokenCount).map { $0 == token ? Float(1) : 0 }
    }
    func attributions(
      headWeights: ((_ passRow: Int) -> [[Float]])?, tokenWeights: ((_ image: Int) -> [[Float]])?
    ) throws -> [[Attribution]] {
      try targets.map { image, target, classIndex in
        let passRow = targets.row(image: image, target: target)
        let rows = try layers.map { try AttentionRows(trace, layer: $0, image: image) }
        let (heads, lengths) = (headWeights?(passRow), tokenWeights?(image))
        let perception = RowPropagation.propagate(units, through: layers.reversed(), of: trace.layout) {
          row in
          let index = row.layer - layers.lowerBound
          rows[index].writeWeightedSum(heads?[index] ?? rows[index].equalWeights, to: row)
          if let lengths { for c in row.entries.indices { row.entries[c] *= lengths[index][c] } }
          row.addIdentity()
        }
        var scores = [Float](repeating: 0, count: trace.layout.grid.count)
        for (index, patch) in trace.layout.patches.enumerated() {
          for (place, token) in tokens.enumerated() {
            scores[index] +=
              readoutWeights[token] * feedback.value(passRow, token: place, column: patch)
              * perception[place][patch]
          }
        }
        return try Attribution(
          scores: scores, of: trace, classIndex: classIndex, by: self,
          diagnostics: Diagnostics(headWeights: layers.lowerBound == 0 ? heads : nil))
      }
    }
    switch options.variant {
    case .head:
      let weights = try HeadImportance(trace, cotangent: cotangent, layers: layers, using: model)
      return try attributions(headWeights: weights.weights, tokenWeights: nil)
    case .token:
      let lengths = try layers.map { try TokenLengths(of: trace, layer: $0) }
      return try attributions(headWeights: nil) { image in lengths.map { $0.ratios[image] } }
    }
  }
}
