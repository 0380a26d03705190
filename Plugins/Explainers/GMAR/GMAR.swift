public import XAICore

/// Gradient-Driven Multi-Head Attention Rollout: Attention Rollout whose heads weigh as much as their gradient.
///
/// Head h of layer l scores ‖G_h‖ (L1 or L2, Eq. 2) with G = ∂y_c/∂A; w = scores / Σ scores; A_w = Σ_h w_h·A_h; the
/// weighted matrices are rolled out (Eq. 3). Where the paper leaves a choice open, or its authors' code makes another,
/// it is an option; by default R = F_L⋯F_1 with F = A_w + I, rows scaled to sum 1, which is Attention Rollout where
/// all heads weigh the same. Source: Jo, Jang & Park 2025 (arXiv 2504.19414).
public struct GMAR: Explainer {
  public static let descriptor = ExplainerDescriptor(
    id: "gmar", title: "GMAR",
    summary: "Attention Rollout whose heads are weighted by the norm of their gradient", family: .gradient,
    needs: [.attention, .attentionGradients, .activationGradients], isClassSpecific: true, scores: .magnitude,
    backwardPasses: "1",
    citation: Citation(
      authors: "Jo, Jang & Park",
      title: "GMAR: Gradient-Driven Multi-Head Attention Rollout for Vision Transformer Interpretability",
      venue: "arXiv preprint", year: 2025, identifier: "arXiv:2504.19414"))

  public let options: GMAROptions

  public init(options: GMAROptions = GMAROptions()) {
    self.options = options
  }

  /// Needs the attention of every layer and a backward pass.
  public func recording(for model: ModelDescriptor) throws -> Recording {
    try checkHeads(of: model)
    return Recording(attention: .all, gradients: true)
  }

  /// What the heads are scored by, where that isn't the attention.
  public func gradientPoints(for model: ModelDescriptor) -> Set<ActivationPoint> {
    options.gradientPoints(for: model)
  }

  /// Why the options only make sense where all layers work on the same tokens.
  public var needsIsotropicLayers: String? {
    if options.order == .asPrinted {
      return "it multiplies the first layer's matrix by the second's from the right"
    }
    return readsRow ? nil : "it multiplies whole matrices of tokens, which needs as many in every layer"
  }

  /// Throws where one set of weights would serve layers of different numbers of heads.
  private func checkHeads(of model: ModelDescriptor) throws(ModelError) {
    let sharesWeights = options.scope != .perLayer || options.gradient == .lastBlockNorm
    guard sharesWeights, !model.hasEqualHeadCounts else { return }
    throw .unsuitableTokens(
      explainer: specification, model: model.name,
      reason: "one set of weights would serve all layers, and they have different numbers of heads")
  }

  /// Explains every target in one backward pass.
  public func explain(
    from trace: ForwardTrace, targets: Targets, using model: any Model
  ) throws -> [[Attribution]] {
    let layerCount = model.descriptor.layerCount
    let scores = try HeadScores(trace, targets: targets, options: options, using: model)
    return try targets.map { image, target, classIndex in
      let passRow = targets.row(image: image, target: target)
      let weights = scores.weights(row: passRow, scope: options.scope, layerCount: layerCount)
      let rows = try (0..<layerCount).map { try AttentionRows(trace, layer: $0, image: image) }
      let map = map(rows, weights, trace.layout)
      return try Attribution(
        scores: map.scores, of: trace, classIndex: classIndex, by: self,
        diagnostics: Diagnostics(
          headWeights: weights, negativeGradientShare: scores.negativeShares.map { $0[passRow] },
          attentionEntropy: rows.enumerated().map { layer, rows in
            rows.readoutEntropy(trace.layout.readoutWeights(ofLayer: layer))
          },
          rankCollapse: map.collapse))
    }
  }

  /// Whether the chain can be read at a row without being multiplied out.
  private var readsRow: Bool {
    guard options.fusion == .sum, options.readout == .readoutRow else { return false }
    if case .afterScaledMean = options.residual { return false }
    return true
  }

  private func map(
    _ attention: [AttentionRows], _ weights: [[Float]], _ layout: TokenLayout
  ) -> (scores: [Float], collapse: Float) {
    let vectors = [layout.readoutWeights, layout.uniformWeights]
    let rows: [[Float]]
    var scores: [Float]?
    if readsRow {
      rows = RowChain(attention: attention, weights: weights, layout: layout, options: options)
        .rows(vectors)
    } else {
      let matrices = MatrixChain(attention: attention, weights: weights, options: options).matrices()
      rows = vectors.map(matrices.meanRow)
      if options.readout == .authorsView { scores = matrices[0].authorsView(patches: layout.patches) }
    }
    return (
      scores ?? Array(rows[0][layout.patches]), RowPropagation.collapse(readoutRow: rows[0], meanRow: rows[1])
    )
  }
}
