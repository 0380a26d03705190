public import XAICore
import XAITensor

/// The options of AttCAT.
public struct AttCATOptions: BackwardOptions {
  /// Whose attention to a token counts.
  public enum Queries: String, OptionValue, CaseIterable {
    /// The mean of all tokens'.
    case all
    /// That of the tokens that the logits are read from.
    case readout
  }

  /// Whose attention to a token counts.
  public var queries = Queries.all
  /// How the backward pass goes through operations that aren't linear.
  public var backward = BackwardPass.gradient
  /// What the class is held against.
  public var contrast = Contrast.none

  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec(
      "queries", \.queries,
      "whose attention to a token counts: the mean of all tokens, or those that the logits are read from"),
    backwardOption,
    contrastOption,
  ]
}

/// AttCAT: attentive class activation tokens.
///
/// score_p = Σ_l α_l[p]·Σ_c x_l[p, c]·∂y/∂x_l[p, c], x_l being the tokens before block l, and α_l[p] the attention of that
/// block to token p: the mean over heads and all queries, or over heads in the rows that the logits are read from.
/// Source: Qiang et al. 2022 (NeurIPS), section 3.
public struct AttCAT: Explainer {
  public static let descriptor = ExplainerDescriptor(
    id: "attcat", title: "AttCAT",
    summary: "Weights the tokens before each block, times their gradient, by the attention that they get",
    family: .gradient, needs: [.attention, .activations, .activationGradients], isClassSpecific: true,
    scores: .signed, backwardPasses: "1",
    citation: Citation(
      authors: "Qiang et al.", title: "AttCAT: Explaining Transformers via Attentive Class Activation Tokens",
      venue: "NeurIPS", year: 2022, identifier: "github.com/qiangyao1988/AttCAT"))

  public let options: AttCATOptions

  public init(options: AttCATOptions = AttCATOptions()) {
    self.options = options
  }

  /// Needs the attention of every block, the tokens before it, and a backward pass.
  public func recording(for model: ModelDescriptor) -> Recording {
    Recording(
      attention: .all, activations: LayerRelevance.points(of: 0..<model.layerCount), gradients: true)
  }

  /// The gradient of the tokens before each block.
  public func gradientPoints(for model: ModelDescriptor) -> Set<ActivationPoint> {
    LayerRelevance.points(of: 0..<model.layerCount)
  }

  /// Explains every target in one backward pass.
  public func explain(
    from trace: ForwardTrace, targets: Targets, using model: any Model
  ) throws -> [[Attribution]] {
    let relevance = try LayerRelevance(
      of: 0..<model.descriptor.layerCount, from: trace.cotangent(of: targets, contrast: options.contrast),
      through: trace, rules: options.backward.rules, using: model)
    let received = try (0..<trace.batchCount).map { image in
      try relevance.layers.map { try attention(ofLayer: $0, image: image, trace) }
    }
    return try targets.map { image, target, classIndex in
      let row = targets.row(image: image, target: target)
      func factor(_ layer: Int, _ token: Int) -> Double { Double(received[image][layer][token]) }
      return try Attribution(
        scores: relevance.patchSums(ofRow: row, of: trace.layout, times: factor).map { Float($0) }, of: trace,
        classIndex: classIndex, by: self, rounding: relevance.rounding(ofRow: row, times: factor))
    }
  }

  /// The attention that each token of a layer gets: a mean of rows of mean_h A, summing to 1 without padding.
  private func attention(ofLayer layer: Int, image: Int, _ trace: ForwardTrace) throws -> [Float] {
    let rows = try AttentionRows(trace, layer: layer, image: image)
    let count = trace.layout.tokenCount(ofLayer: layer)
    let weights =
      options.queries == .all
      ? [Float](repeating: 1 / Float(count), count: count) : trace.layout.readoutWeights(ofLayer: layer)
    return RowPropagation.propagate([weights], through: [layer], of: trace.layout) {
      rows.writeWeightedSum(rows.equalWeights, to: $0)
    }[0]
  }
}
