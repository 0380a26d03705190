public import XAICore
import XAITensor

/// The options of DAP-style propagation.
public struct DAPOptions: ContrastiveOptions {
  /// The first layer that counts, from 0.
  public var start = 0
  /// ρ, the share of the identity in each factor.
  public var residual = 0.5
  /// What the class is held against.
  public var contrast = Contrast.none

  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec(
      "start", \.start, "the first layer that counts, from 0", allowed: "a layer, from 0", where: { $0 >= 0 }),
    OptionSpec(
      "residual", \.residual, "share of the identity in each factor, for the residual stream",
      allowed: "a number from 0 to 1", where: { (0...1).contains($0) }),
    contrastOption,
  ]
}

/// DAP-style propagation: Attention Rollout in which what speaks for the class is attended to more.
///
/// w_l is Grad-CAM's map of layer l, ReLU(Σ_c mean_q(∂y/∂f_l[q, c])·f_l[p, c]) with f_l behind its first norm, over its mean,
/// and 1 for prefix tokens; Ã_l = ρ·I + (1 − ρ)·norm(Ā_l ⊙ w_l), where Ā_l = mean_h A and norm scales rows to sum 1; the map
/// is the readout row of R = Ã_L⋯Ã_1.
/// This is our reading of an abstract: Jo, Jang & Park 2026 (arXiv 2604.18094) integrate token importance by gradient-based
/// localization into layer-wise attention rollout. Of which layers and on which scales isn't known here.
public struct DAP: Explainer {
  public static let descriptor = ExplainerDescriptor(
    id: "dap", title: "DAP-style Propagation",
    summary: "Rolls out attention weighted by what tokens say for the class; our reading of DAP's abstract",
    family: .gradient, needs: [.attention, .activations, .activationGradients], isClassSpecific: true,
    scores: .magnitude, backwardPasses: "1",
    citation: Citation(
      authors: "Jo, Jang & Park",
      title: "Decision-Aware Attention Propagation for Vision Transformer Explainability",
      venue: "arXiv preprint", year: 2026, identifier: "arXiv:2604.18094"))

  public let options: DAPOptions

  public init(options: DAPOptions = DAPOptions()) {
    self.options = options
  }

  private func layers(of model: ModelDescriptor) throws -> Range<Int> {
    try model.layer(options.start, option: "start")..<model.layerCount
  }

  private func points(of model: ModelDescriptor) throws -> [ActivationPoint] {
    try layers(of: model).map { try model.tokenPoint(.firstNorm, layer: $0, for: self) }
  }

  /// Needs attention and the normed tokens of each layer that counts, and a backward pass down to `start`.
  public func recording(for model: ModelDescriptor) throws -> Recording {
    Recording(
      attention: .some(Set(try layers(of: model))), activations: Set(try points(of: model)), gradients: true)
  }

  /// The gradient of the normed tokens of each layer that counts.
  public func gradientPoints(for model: ModelDescriptor) throws -> Set<ActivationPoint> {
    Set(try points(of: model))
  }

  /// Explains every target in one backward pass.
  public func explain(
    from trace: ForwardTrace, targets: Targets, using model: any Model
  ) throws -> [[Attribution]] {
    let layers = try layers(of: model.descriptor)
    let points = try points(of: model.descriptor)
    let gradients = try model.differentiable().backward(
      from: trace.cotangent(of: targets, contrast: options.contrast), through: trace,
      requesting: GradientRequest(activations: Set(points))
    ).activations
    let attention = try (0..<trace.batchCount).map { image in
      try layers.map { try AttentionRows(trace, layer: $0, image: image) }
    }
    let (layout, residual) = (trace.layout, Float(options.residual))
    return try targets.map { image, target, classIndex in
      let passRow = targets.row(image: image, target: target)
      let weights = try points.map { point in
        guard let gradient = gradients[point] else { throw ModelError.notRecorded("gradient of \(point)") }
        let patches = layout.patches(ofLayer: point.layer)
        return Self.weights(
          try trace.activation(at: point)[image][patches].weightedByMean(of: gradient[passRow][patches]),
          behind: patches.lowerBound)
      }
      let rows = RowPropagation.propagate([layout.readoutWeights], through: layers.reversed(), of: layout) {
        row in
        let layer = row.layer - layers.lowerBound
        let attention = attention[image][layer]
        attention.writeWeightedSum(attention.equalWeights, to: row)
        Self.weight(row, by: weights[layer])
        row.normalise()
        row.scale(by: 1 - residual)
        row.addIdentity(times: residual)
        row.normalise()
      }
      return try Attribution(
        scores: layout.patchScores(rows[0], ofLayer: layers.lowerBound), of: trace, classIndex: classIndex,
        by: self)
    }
  }

  /// What a row has to sum to after it is weighted: less than this is what a mask between regions of a window leaves.
  private static let leastSum: Float = 1e-6

  /// Weights the entries of a row; one that attends to nothing that counts stays as it is, but not one that isn't a number.
  private static func weight(_ row: TransitionRow, by weights: [Float]) {
    var sum: Float = 0
    for c in row.entries.indices { sum += row.entries[c] * weights[row.token(ofEntry: c)] }
    guard !(sum <= leastSum) else { return }
    for c in row.entries.indices { row.entries[c] *= weights[row.token(ofEntry: c)] }
  }

  /// What a layer's tokens are weighted with, by a map of its patches; all alike where no patch speaks for the class.
  private static func weights(_ map: [Float], behind prefixCount: Int) -> [Float] {
    let mean = map.reduce(0) { $0 + max($1, 0) } / Float(map.count)
    return [Float](repeating: 1, count: prefixCount) + map.map { mean == 0 ? 1 : max($0, 0) / mean }
  }
}
