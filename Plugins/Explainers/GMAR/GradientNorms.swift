import XAITensor

/// The norms of one head's gradient, and how much of it is negative.
struct GradientNorms {
  /// Σ|G|.
  let l1: Float
  /// √ΣG².
  let l2: Float
  /// Entries below 0 over all entries.
  let negativeShare: Float

  /// Norms by row and head of [rows, heads, N, N], or of [rows·windows, heads, slots, slots].
  static func ofMatrices(_ gradient: Tensor, rows: Int) -> [[GradientNorms]] {
    read(
      gradient,
      PartNorms(
        rows: rows, groups: gradient.shape[0] / max(rows, 1), parts: gradient.shape[1],
        entries: gradient.shape[2] * gradient.shape[3]))
  }

  /// Norms by row and head of [rows, N, heads·d], over the tokens that count.
  static func ofChannels(_ gradient: Tensor, heads: Int, tokens: Range<Int>) -> [[GradientNorms]] {
    read(
      gradient,
      PartNorms(
        rows: gradient.shape[0], groups: gradient.shape[1], counted: tokens, parts: heads,
        entries: gradient.shape[2] / heads))
  }

  private static func read(_ gradient: Tensor, _ norms: PartNorms) -> [[GradientNorms]] {
    let values = gradient.norms(norms).onHost("head norms").elements
    return (0..<norms.rows).map { row in
      (0..<norms.parts).map { head in
        let start = (row * norms.parts + head) * 3
        return GradientNorms(l1: values[start], l2: values[start + 1], negativeShare: values[start + 2])
      }
    }
  }
}
