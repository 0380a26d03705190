public import XAITensor

/// Attention matrices of one image, as the attention methods read them: by row, without a copy.
public struct AttentionRows: Sendable {
  /// Heads, N, N.
  private let attention: Tensor
  /// Attention heads.
  public let headCount: Int
  /// Tokens.
  public let tokenCount: Int
  /// The same weight for every head, summing to 1.
  public let equalWeights: [Float]

  /// Looks at one image of [B, heads, N, N].
  public init(_ attention: Tensor, image: Int) {
    self.attention = attention[image]
    self.headCount = attention.shape[1]
    self.tokenCount = attention.shape[2]
    self.equalWeights = [Float](repeating: 1 / Float(headCount), count: headCount)
  }

  /// Calls `body` with row `row` of a head's matrix.
  public func withRow<R>(head: Int, row: Int, _ body: (UnsafeBufferPointer<Float>) -> R) -> R {
    attention.withElements { elements in
      let start = (head * tokenCount + row) * tokenCount
      return body(UnsafeBufferPointer(rebasing: elements[start..<start + tokenCount]))
    }
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

  /// Entropy of each head's readout over ln N; the mean over rows when several tokens are read.
  public func readoutEntropy(_ readout: [Float]) -> [Float] {
    (0..<headCount).map { head in
      var entropy = 0.0
      for (row, weight) in readout.enumerated() where weight != 0 {
        withRow(head: head, row: row) { values in
          for value in values where value > 0 {
            entropy -= Double(weight) * Double(value) * logarithm(Double(value))
          }
        }
      }
      return tokenCount > 1 ? Float(entropy / logarithm(Double(tokenCount))) : 0
    }
  }
}
