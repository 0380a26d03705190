import XAICore

/// A chain of weighted attention matrices, read at the readout row without ever being multiplied out.
///
/// With vᵀ the readout row: towards the output, R = F_L⋯F_1 is read from the last layer to the first; as printed,
/// R = F_1⋯F_L from the first to the last. What is added after a product (αI) adds α·v each time.
struct RowChain {
  let attention: [AttentionRows]
  /// `weights[layer][head]`.
  let weights: [[Float]]
  let layout: TokenLayout
  let options: GMAROptions

  /// The rows of R for several vectors of the last layer's tokens: vᵀ·R each, of the first layer's.
  func rows(_ vectors: [[Float]]) -> [[Float]] {
    let layers = Array(attention.indices)
    let ordered = options.order == .towardsOutput ? layers.reversed() : layers
    switch options.residual {
    case .before(let alpha):
      return RowPropagation.propagate(vectors, through: ordered, of: layout) { row in
        write(row)
        row.addIdentity(times: Float(alpha))
        row.normalise()
      }
    case .after(let alpha), .afterScaledMean(let alpha):
      return options.order == .asPrinted
        // R ← R·A_w + αI: each step adds α times the vector itself.
        ? RowPropagation.propagate(
          vectors, through: ordered, of: layout, addingOriginalsTimes: Float(alpha), row: write)
        : towardsOutputAfter(vectors, through: ordered, Float(alpha))
    }
  }

  /// R ← A_w·R + αI gives vᵀR = vᵀA_L⋯A_1 + α·Σ_k vᵀA_L⋯A_{k+1}: what is added at step k meets only later layers.
  ///
  /// Where layers have tokens of their own, the identity gives each token what it is made of.
  private func towardsOutputAfter(_ vectors: [[Float]], through layers: [Int], _ alpha: Float) -> [[Float]] {
    var current = vectors
    var sums = vectors.map { _ in [Float](repeating: 0, count: layout.tokenCount) }
    for layer in layers {
      for index in sums.indices {
        let own = layout.unpooled(current[index], fromLayer: layer, toLayer: 0)
        for c in own.indices { sums[index][c] += alpha * own[c] }
      }
      current = RowPropagation.propagate(current, through: [layer], of: layout, row: write)
      if layer > 0 { current = current.map { layout.unpooled($0, fromLayer: layer, toLayer: layer - 1) } }
    }
    return zip(sums, current).map { zip($0, $1).map { $0 + $1 } }
  }

  private func write(_ row: TransitionRow) {
    attention[row.layer].writeWeightedSum(weights[row.layer], to: row)
  }
}
