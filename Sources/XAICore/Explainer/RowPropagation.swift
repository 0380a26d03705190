/// Products of transition matrices, read at a row: vᵀ·M_L⋯M_1 without a matrix product.
///
/// A row vector costs as many multiplications as the matrices have entries, N² a layer where every token attends to
/// every other and N·w in windows of w tokens, and leaves no doubt about the order. Where layers have tokens of their own,
/// the vector is shared out on its way down, from each token to those that it is made of.
public enum RowPropagation {
  /// Multiplies row vectors by one matrix after the other: v ← vᵀ·M for each layer, in the order of `layers`.
  ///
  /// - Parameters:
  ///   - vectors: each of as many entries as the first of `layers` has tokens; they share the rows that `write` writes.
  ///   - layers: the matrices, in the order of multiplication; descending where layers have tokens of their own.
  ///   - layout: the tokens of the layers.
  ///   - factor: multiplied with the vectors as they were given and added to each product; 0 for none.
  ///   - write: writes the entries of a row, once a layer and row that counts.
  /// - Returns: as many vectors, of as many entries as the last of `layers` has tokens;
  ///   `TokenLayout.patchScores` makes scores of patches of them.
  public static func propagate(
    _ vectors: [[Float]], through layers: some Sequence<Int>, of layout: TokenLayout,
    addingOriginalsTimes factor: Float = 0, row write: (TransitionRow) -> Void
  ) -> [[Float]] {
    let originals = vectors.map { $0.map { $0 * factor } }
    var current = vectors
    var above: Int?
    for layer in layers {
      if let above { current = current.map { layout.unpooled($0, fromLayer: above, toLayer: layer) } }
      above = layer
      let count = current.first?.count ?? 0
      let room = layout.windows(ofLayer: layer)?.size ?? count
      withUnsafeTemporaryAllocation(of: Float.self, capacity: room) { memory in
        var products = factor == 0 ? current.map { $0.map { _ in Float(0) } } : originals
        for token in 0..<count where current.contains(where: { $0[token] != 0 }) {
          let row = TransitionRow(layer: layer, token: token, of: layout, in: memory)
          write(row)
          for index in products.indices {
            row.accumulate(times: current[index][token], into: &products[index])
          }
        }
        current = products
      }
    }
    return current
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
}

/// One row of a layer's transition matrix: what one token takes from the tokens that it can attend to.
///
/// An entry is there for each of these, and no other: all tokens of a dense layer, those of its window otherwise. Padding
/// has none.
public struct TransitionRow {
  /// The layer, counted from 0 at the input.
  public let layer: Int
  /// The token whose row it is.
  public let token: Int
  /// The entries; what is in them is undefined until they are written.
  public let entries: UnsafeMutableBufferPointer<Float>
  /// The entry of the token itself.
  public let diagonal: Int
  /// The entries that belong to patches.
  public let patches: Range<Int>
  /// The tokens that the entries belong to; nil where entry c belongs to token c.
  private let tokens: [Int]?

  /// The row of a token whose entries go to `memory`, which has room for all tokens of the layer or slots of a window.
  init(layer: Int, token: Int, of layout: TokenLayout, in memory: UnsafeMutableBufferPointer<Float>) {
    self.layer = layer
    self.token = token
    guard let windows = layout.windows(ofLayer: layer) else {
      (entries, diagonal, patches, tokens) = (memory, token, layout.patches(ofLayer: layer), nil)
      return
    }
    let members = windows.tokens(ofWindow: windows.place(of: token).window)
    entries = UnsafeMutableBufferPointer(rebasing: memory[0..<members.count])
    diagonal = members.firstIndex(of: token) ?? 0
    patches = 0..<members.count
    tokens = members
  }

  /// The token that an entry belongs to.
  public func token(ofEntry entry: Int) -> Int { tokens?[entry] ?? entry }

  /// Adds a factor to the entry of the token itself.
  public func addIdentity(times factor: Float = 1) { entries[diagonal] += factor }

  /// Multiplies all entries.
  public func scale(by factor: Float) {
    for c in entries.indices { entries[c] *= factor }
  }

  /// Scales the entries to sum 1; a row that sums to 0 stays as it is.
  public func normalise() {
    var sum: Float = 0
    for value in entries { sum += value }
    guard sum != 0 else { return }
    for c in entries.indices { entries[c] /= sum }
  }

  /// Sets the lowest share of the entries of patches to 0, of equal values the first; those of prefix tokens stay.
  public func discard(_ share: Double) {
    let count = Int(share * Double(patches.count))
    guard count > 0 else { return }
    for entry in patches.sorted(by: { (entries[$0], $0) < (entries[$1], $1) }).prefix(count) {
      entries[entry] = 0
    }
  }

  /// Adds the entries times a factor to the tokens that they belong to.
  func accumulate(times factor: Float, into sum: inout [Float]) {
    sum.withUnsafeMutableBufferPointer { sum in
      if let tokens {
        for c in entries.indices { sum[tokens[c]] += factor * entries[c] }
      } else {
        for c in entries.indices { sum[c] += factor * entries[c] }
      }
    }
  }
}
