import XAIFoundation
public import XAITensor

/// Attention matrices of one image and layer, as the attention methods read them: by row, without a copy.
///
/// The row of a token has an entry for each token that it can attend to: all of them, or those of its window in the order
/// of the window's slots.
public struct AttentionRows: Sendable {
  /// Heads, N, N; or windows, heads, slots, slots.
  private let matrices: AttentionMatrices
  /// The same weight for every head, summing to 1.
  public let equalWeights: [Float]

  /// Looks at one image of [B, heads, N, N], or of [B·windows, heads, slots, slots] with the windows of the layer.
  public init(_ attention: Tensor, image: Int, windows: AttentionWindows? = nil) {
    self.matrices = AttentionMatrices(attention, row: image, windows: windows)
    let headCount = attention.shape[1]
    self.equalWeights = [Float](repeating: 1 / Float(headCount), count: headCount)
  }

  /// Looks at the attention of a layer that a trace has recorded.
  public init(_ trace: ForwardTrace, layer: Int, image: Int) throws(ModelError) {
    self.init(
      try trace.attention(ofLayer: layer), image: image, windows: trace.layout.windows(ofLayer: layer))
  }

  /// Attention heads.
  public var headCount: Int { equalWeights.count }
  /// Tokens.
  public var tokenCount: Int { matrices.tokenCount }

  /// Calls `body` with the entries of row `row` of a head's matrix.
  public func withRow<R>(head: Int, row: Int, _ body: (UnsafeBufferPointer<Float>) -> R) -> R {
    matrices.withRow(head: head, row: row, body)
  }

  /// Writes Σ_h weights[h]·A_h[row, :].
  public func writeWeightedSum(
    _ weights: [Float], row: Int, to entries: UnsafeMutableBufferPointer<Float>
  ) {
    entries.update(repeating: 0)
    for head in 0..<headCount {
      let weight = weights[head]
      withRow(head: head, row: row) { values in
        for c in 0..<values.count { entries[c] += weight * values[c] }
      }
    }
  }

  /// Writes Σ_h weights[h]·A_h in the entries of a row.
  public func writeWeightedSum(_ weights: [Float], to row: TransitionRow) {
    writeWeightedSum(weights, row: row.token, to: row.entries)
  }

  /// Entropy of each head's readout over ln N, N being the tokens that a row can attend to; the mean over rows when
  /// several tokens are read.
  public func readoutEntropy(_ readout: [Float]) -> [Float] {
    (0..<headCount).map { head in
      var entropy = 0.0
      for (row, weight) in readout.enumerated() where weight != 0 {
        withRow(head: head, row: row) { values in
          guard values.count > 1 else { return }
          var own = 0.0
          for value in values where value > 0 { own -= Double(value) * logarithm(Double(value)) }
          entropy += Double(weight) * own / logarithm(Double(values.count))
        }
      }
      return Float(entropy)
    }
  }
}

/// The matrices of one row of a batch, [B, heads, N, N] or [B·windows, heads, slots, slots].
struct AttentionMatrices: Sendable {
  private let matrices: Tensor
  private let windows: AttentionWindows?

  init(_ batch: Tensor, row: Int, windows: AttentionWindows?) {
    let count = windows?.count ?? 1
    self.matrices = batch[row * count..<(row + 1) * count].onHost("attention")
    self.windows = windows
  }

  /// Tokens.
  var tokenCount: Int { windows?.grid.count ?? matrices.shape[2] }

  /// Calls `body` with the entries of the row of a token: one for each token that it can attend to.
  func withRow<R>(head: Int, row: Int, _ body: (UnsafeBufferPointer<Float>) -> R) -> R {
    let (heads, slots) = (matrices.shape[1], matrices.shape[2])
    let (window, slot) = windows?.place(of: row) ?? (0, row)
    return matrices.withElements { elements in
      let start = ((window * heads + head) * slots + slot) * slots
      let values = UnsafeBufferPointer(rebasing: elements[start..<start + slots])
      guard let kept = windows?.tokenSlots(ofWindow: window) else { return body(values) }
      return withUnsafeTemporaryAllocation(of: Float.self, capacity: kept.count) { copies in
        for (index, slot) in kept.enumerated() { copies[index] = values[slot] }
        return body(UnsafeBufferPointer(copies))
      }
    }
  }
}
