public import XAICore
import XAITensor

/// Attention Rollout: attention multiplied through the layers, with the residual stream as identity.
///
/// Ā = fuse_h A_h, Ã = ρ·I + (1 − ρ)·Ā with rows scaled to sum 1, R = Ã_L⋯Ã_1; the map is R's readout row.
/// Source: Abnar & Zuidema 2020 (arXiv 2005.00928); Eq. 1 of the GMAR paper (arXiv 2504.19414).
public struct AttentionRollout: Explainer {
  /// What the explainer is.
  public static let descriptor = ExplainerDescriptor(
    id: "attention-rollout", title: "Attention Rollout",
    summary: "Multiplies the attention of all layers, with the residual stream as identity",
    family: .attention,
    needs: [.attention], isClassSpecific: false, reversePasses: "0",
    citation: Citation(
      authors: "Abnar & Zuidema", title: "Quantifying Attention Flow in Transformers", venue: "ACL",
      year: 2020,
      identifier: "arXiv:2005.00928"))

  /// The options that this value works with.
  public let options: AttentionRolloutOptions

  /// Makes an explainer.
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
    _ trace: ForwardTrace, targets: Targets, using model: any Model
  ) throws -> [[Attribution]] {
    let layers = options.start..<model.descriptor.layerCount
    let layout = trace.layout
    let maps = try (0..<trace.batchCount).map { image in
      let attention = try layers.map { AttentionRows(try trace.attention(ofLayer: $0), image: image) }
      let rows = RowPropagation.propagate(
        [layout.readoutWeights, layout.uniformWeights], through: attention.indices.reversed()
      ) { layer, row, entries in
        write(attention[layer], row: row, patches: layout.patches, to: entries)
      }
      let diagnostics = Diagnostics(
        attentionEntropy: attention.map { $0.readoutEntropy(layout.readoutWeights) },
        rankCollapse: RowPropagation.collapse(readoutRow: rows[0], meanRow: rows[1]))
      return (scores: Array(rows[0][layout.patches]), diagnostics: diagnostics)
    }
    return try targets.map { image, _, classIndex in
      try Attribution(
        scores: maps[image].scores, of: trace, classIndex: classIndex, by: self,
        diagnostics: maps[image].diagnostics)
    }
  }

  /// Writes a row of Ã.
  private func write(
    _ attention: AttentionRows, row: Int, patches: Range<Int>, to entries: UnsafeMutableBufferPointer<Float>
  ) {
    fuse(attention, row: row, to: entries)
    RowPropagation.discard(options.discard, of: entries, patches: patches)
    let residual = Float(options.residual)
    for c in entries.indices { entries[c] *= 1 - residual }
    entries[row] += residual
    RowPropagation.normalise(entries)
  }

  private func fuse(_ attention: AttentionRows, row: Int, to entries: UnsafeMutableBufferPointer<Float>) {
    switch options.fusion {
    case .mean:
      attention.writeWeightedSum(attention.equalWeights, row: row, to: entries)
    case .max, .min:
      attention.withRow(head: 0, row: row) { values in for c in values.indices { entries[c] = values[c] } }
      for head in 1..<attention.headCount {
        attention.withRow(head: head, row: row) { values in
          for c in values.indices {
            entries[c] =
              options.fusion == .max ? Swift.max(entries[c], values[c]) : Swift.min(entries[c], values[c])
          }
        }
      }
    }
  }
}
