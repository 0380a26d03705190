import XAICore

/// A chain of weighted attention matrices, read at the readout row without ever being multiplied out.
///
/// With vᵀ the readout row: towards the output, R = F_L⋯F_1 is read from the last layer to the first; as printed,
/// R = F_1⋯F_L from the first to the last. What is added after a product (αI) adds α·v each time.
struct RowChain {
  let attention: [AttentionRows]
  /// `weights[layer][head]`.
  let weights: [[Float]]
  let options: GMAROptions

  /// The rows of R for several vectors: vᵀ·R each.
  func rows(_ vectors: [[Float]]) -> [[Float]] {
    let layers = Array(attention.indices)
    let ordered = options.order == .towardsOutput ? layers.reversed() : layers
    switch options.residual {
    case .before(let alpha):
      return RowPropagation.propagate(vectors, through: ordered) { layer, row, entries in
        write(layer, row, entries)
        entries[row] += Float(alpha)
        RowPropagation.normalise(entries)
      }
    case .after(let alpha), .afterScaledMean(let alpha):
      return options.order == .asPrinted
        // R ← R·A_w + αI: each step adds α times the vector itself.
        ? RowPropagation.propagate(vectors, through: ordered, addingOriginalsTimes: Float(alpha), row: write)
        : towardsOutputAfter(vectors, through: ordered, Float(alpha))
    }
  }

  /// R ← A_w·R + αI gives vᵀR = vᵀA_L⋯A_1 + α·Σ_k vᵀA_L⋯A_{k+1}: what is added at step k meets only later layers.
  private func towardsOutputAfter(_ vectors: [[Float]], through layers: [Int], _ alpha: Float) -> [[Float]] {
    var current = vectors
    var sums = vectors.map { $0.map { _ in Float(0) } }
    for layer in layers {
      for index in sums.indices {
        for c in sums[index].indices { sums[index][c] += alpha * current[index][c] }
      }
      current = RowPropagation.propagate(current, through: [layer], row: write)
    }
    return zip(sums, current).map { zip($0, $1).map { $0 + $1 } }
  }

  private func write(_ layer: Int, _ row: Int, _ entries: UnsafeMutableBufferPointer<Float>) {
    attention[layer].writeWeightedSum(weights[layer], row: row, to: entries)
  }
}
