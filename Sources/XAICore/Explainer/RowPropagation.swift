/// Products of attention matrices, read at a row: vᵀ·M_L⋯M_1 without a matrix product.
///
/// A row vector costs O(L·N²) where the full products cost O(L·N³), and leaves no doubt about the order.
public enum RowPropagation {
  /// Multiplies row vectors by one matrix after the other: v ← vᵀ·M for each layer, in the order of `layers`.
  ///
  /// - Parameters:
  ///   - vectors: each of N entries; they share the rows that `row` writes.
  ///   - layers: the matrices, in the order of multiplication.
  ///   - factor: multiplied with the vectors as they were given and added to each product; 0 for none.
  ///   - row: writes the N entries of row r of a layer's matrix, once a layer and row that counts.
  /// - Returns: as many vectors of N entries.
  public static func propagate(
    _ vectors: [[Float]], through layers: some Sequence<Int>, addingOriginalsTimes factor: Float = 0,
    row: (_ layer: Int, _ row: Int, _ entries: UnsafeMutableBufferPointer<Float>) -> Void
  ) -> [[Float]] {
    let count = vectors.first?.count ?? 0
    let originals = vectors.map { $0.map { $0 * factor } }
    var current = vectors
    withUnsafeTemporaryAllocation(of: Float.self, capacity: count) { entries in
      for layer in layers {
        var products = originals
        for r in 0..<count where current.contains(where: { $0[r] != 0 }) {
          row(layer, r, entries)
          for index in products.indices { accumulate(current[index][r], entries, into: &products[index]) }
        }
        current = products
      }
    }
    return current
  }

  private static func accumulate(
    _ factor: Float, _ entries: UnsafeMutableBufferPointer<Float>, into sum: inout [Float]
  ) {
    sum.withUnsafeMutableBufferPointer { sum in
      for c in 0..<entries.count { sum[c] += factor * entries[c] }
    }
  }

  /// How alike the rows of a matrix are, from its readout row and its mean row.
  ///
  /// 1 − ½·Σ|r − m| with both scaled to sum 1: 1 when the readout row is the mean row.
  public static func collapse(readoutRow: [Float], meanRow: [Float]) -> Float {
    let (readoutSum, meanSum) = (readoutRow.reduce(0, +), meanRow.reduce(0, +))
    guard readoutSum > 0, meanSum > 0 else { return 0 }
    let distance =
      zip(readoutRow, meanRow).reduce(Float(0)) { $0 + abs($1.0 / readoutSum - $1.1 / meanSum) } / 2
    return 1 - distance
  }

  /// Scales the entries of a row to sum 1; a row that sums to 0 stays as it is.
  public static func normalise(_ entries: UnsafeMutableBufferPointer<Float>) {
    var sum: Float = 0
    for value in entries { sum += value }
    guard sum != 0 else { return }
    for c in entries.indices { entries[c] /= sum }
  }

  /// Sets the lowest share of a row's patch columns to 0, of equal values the first; prefix columns stay.
  public static func discard(
    _ share: Double, of entries: UnsafeMutableBufferPointer<Float>, patches: Range<Int>
  ) {
    let count = Int(share * Double(patches.count))
    guard count > 0 else { return }
    for column in patches.sorted(by: { (entries[$0], $0) < (entries[$1], $1) }).prefix(count) {
      entries[column] = 0
    }
  }
}
