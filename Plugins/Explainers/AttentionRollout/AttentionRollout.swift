public import XAICore
import XAITensor

/// Attention Rollout: attention multiplied through the layers, with the residual stream as identity.
///
/// Ā = fuse_h A_h, Ã = ρ·I + (1 − ρ)·Ā with rows scaled to sum 1, R = Ã_L⋯Ã_1; the map is R's readout row.
/// Source: Abnar & Zuidema 2020 (arXiv 2005.00928); Eq. 1 of the GMAR paper (arXiv 2504.19414).
public struct AttentionRollout: Explainer {
  public static let descriptor = ExplainerDescriptor(
    id: "attention-rollout", title: "Attention Rollout",
    summary: "Multiplies the attention of all layers, with the residual stream as identity",
    family: .attention,
    needs: [.attention], isClassSpecific: false, scores: .magnitude, backwardPasses: "0",
    citation: Citation(
      authors: "Abnar & Zuidema", title: "Quantifying Attention Flow in Transformers", venue: "ACL",
      year: 2020,
      identifier: "arXiv:2005.00928"))

  public let options: AttentionRolloutOptions

  public init(options: AttentionRolloutOptions = AttentionRolloutOptions()) {
    self.options = options
  }

  /// Needs the attention of every layer from `start` on.
  public func recording(for model: ModelDescriptor) throws -> Recording {
    let start = try model.layer(options.start, option: "start")
    return Recording(attention: .some(Set(start..<model.layerCount)))
  }

  /// Explains every image; all targets of an image have the same map.
  public func explain(
    from trace: ForwardTrace, targets: Targets, using model: any Model
  ) throws -> [[Attribution]] {
    try trace.check(targets)
    let layers = options.start..<model.descriptor.layerCount
    let layout = trace.layout
    let maps = try (0..<trace.batchCount).map { image in
      let attention = try layers.map { try AttentionRows(trace, layer: $0, image: image) }
      let rows = RowPropagation.propagate(
        [layout.readoutWeights, layout.uniformWeights], through: layers.reversed(), of: layout
      ) { write(attention[$0.layer - layers.lowerBound], to: $0) }
      let diagnostics = Diagnostics(
        attentionEntropy: zip(layers, attention).map {
          $1.readoutEntropy(layout.readoutWeights(ofLayer: $0))
        },
        rankCollapse: RowPropagation.collapse(readoutRow: rows[0], meanRow: rows[1]))
      return (
        scores: layout.patchScores(rows[0], ofLayer: layers.lowerBound), diagnostics: diagnostics
      )
    }
    return try targets.map { image, _, classIndex in
      try Attribution(
        scores: maps[image].scores, of: trace, classIndex: classIndex, by: self,
        diagnostics: maps[image].diagnostics)
    }
  }

  /// Writes a row of Ã.
  private func write(_ attention: AttentionRows, to row: TransitionRow) {
    fuse(attention, to: row)
    row.discard(options.discard)
    row.scale(by: 1 - Float(options.residual))
    row.addIdentity(times: Float(options.residual))
    row.normalise()
  }

  private func fuse(_ attention: AttentionRows, to row: TransitionRow) {
    let entries = row.entries
    switch options.fusion {
    case .mean:
      attention.writeWeightedSum(attention.equalWeights, to: row)
    case .max, .min:
      attention.withRow(head: 0, row: row.token) { values in
        for c in values.indices { entries[c] = values[c] }
      }
      for head in 1..<attention.headCount {
        attention.withRow(head: head, row: row.token) { values in
          for c in values.indices {
            entries[c] =
              options.fusion == .max ? Swift.max(entries[c], values[c]) : Swift.min(entries[c], values[c])
          }
        }
      }
    }
  }
}

/// The options of Attention Rollout.
public struct AttentionRolloutOptions: PluginOptions {
  /// How the heads of a layer become one matrix.
  public enum Fusion: String, OptionValue, CaseIterable {
    /// The mean over heads.
    case mean
    /// The largest entry of any head.
    case max
    /// The smallest entry of any head.
    case min
  }

  /// How the heads of a layer become one matrix.
  public var fusion = Fusion.mean
  /// Share of each row's patch columns that are set to 0, the lowest first; from 0 to less than 1.
  public var discard = 0.0
  /// The first layer that counts, from 0.
  public var start = 0
  /// ρ, the share of the identity: Ã = ρ·I + (1 − ρ)·Ā.
  public var residual = 0.5

  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec("fusion", \.fusion, "how the heads of a layer become one matrix"),
    OptionSpec(
      "discard", \.discard, "share of each row's patch columns set to 0, lowest first",
      allowed: "a number from 0 to less than 1", where: { (0..<1).contains($0) }),
    OptionSpec(
      "start", \.start, "the first layer that counts, from 0", allowed: "a layer, from 0", where: { $0 >= 0 }),
    OptionSpec(
      "residual", \.residual, "share of the identity in each factor, for the residual stream",
      allowed: "a number from 0 to 1", where: { (0...1).contains($0) }),
  ]
}
