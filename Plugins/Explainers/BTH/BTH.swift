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
    from trace: ForwardTrace, targets: Targets, using model: any Model
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

/// The options of bidirectional token attribution.
public struct BTHOptions: ContrastiveOptions {
  /// What the perception is approximated by.
  public enum Variant: String, OptionValue, CaseIterable {
    /// Attention of the heads, weighted by how much they change the class (BTH).
    case head
    /// Mean attention, weighted by how long tokens are behind the value projection (BTT).
    case token
  }

  /// What the perception is approximated by.
  public var variant = Variant.head
  /// The first layer that counts, from 0.
  public var start = 0
  /// Points of the path at which the last attention's gradient is taken.
  public var steps = 20
  /// What the class is held against.
  public var contrast = Contrast.none

  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec(
      "variant", \.variant, "what weighs attention: the heads, or what becomes of the tokens' values"),
    OptionSpec(
      "start", \.start, "the first layer that counts, from 0", allowed: "a layer, from 0", where: { $0 >= 0 }),
    OptionSpec(
      "steps", \.steps, "points of the path at which the last attention's gradient is taken",
      allowed: "a whole number from 2 to 1000", where: { (2...1000).contains($0) }),
    contrastOption,
  ]
}

/// How much longer or shorter tokens are behind the value and output projections: ‖z_j·W_V·W_O‖/‖z_j‖ by `[image][token]`.
///
/// z is the block's input; the projections see it behind a layer norm. A token of length 0 weighs nothing.
struct TokenLengths {
  let ratios: [[Float]]

  init(of trace: ForwardTrace, layer: Int) throws(ModelError) {
    let input = try trace.activation(at: ActivationPoint(layer: layer, place: .input))
    let transformed = try trace.activation(at: ActivationPoint(layer: layer, place: .projectedValues))
    ratios = (0..<trace.batchCount).map { image in
      zip(Self.lengths(transformed[image]), Self.lengths(input[image])).map { $1 > 0 ? Float($0 / $1) : 0 }
    }
  }

  /// The lengths of tokens, [N, D].
  private static func lengths(_ tokens: Tensor) -> [Double] {
    Tensor.sums(
      Elementwise.operand(0) * .operand(0), of: [tokens], inDouble: true, rows: tokens.shape[0],
      columns: tokens.shape[1],
      at: "lengths of tokens"
    ).map { $0.squareRoot() }
  }
}
