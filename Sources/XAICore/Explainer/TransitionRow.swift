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
