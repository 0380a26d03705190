import XAIFoundation

/// Which images of a list are held out for validation: each by itself, so that adding one moves no other.
///
/// An image is held out where a number in [0, 1) made of the seed and its identifier is below the share. Where that
/// would leave a class nothing to learn from, the image of the greatest number stays.
package struct HoldOut: Sendable {
  /// The share, from 0 to less than 1.
  package let share: Double
  private let seed: UInt64

  /// Holds out a share, from 0 to less than 1, in expectation.
  package init(share: Double, seed: Int) {
    self.share = share
    self.seed = UInt64(bitPattern: Int64(seed))
  }

  /// Whether each image is held out.
  package func flags(for list: ImageList) -> [Bool] {
    let numbers = (0..<list.count).map { number(of: list.identifier($0)) }
    var flags = numbers.map { $0 < share }
    var kept: [Int?: (index: Int, isSafe: Bool)] = [:]
    for index in flags.indices {
      let best = kept[list.label(index)]
      guard best?.isSafe != true else { continue }
      if !flags[index] {
        kept[list.label(index)] = (index, true)
      } else if best.map({ numbers[index] > numbers[$0.index] }) ?? true {
        kept[list.label(index)] = (index, false)
      }
    }
    for entry in kept.values { flags[entry.index] = false }
    return flags
  }

  /// FNV-1a (Fowler, Noll and Vo) of the text, from which SplitMix64 makes an even number together with the seed.
  private func number(of text: String) -> Double {
    let hash = FNV1a(text).value
    var random = SeededRandom(seed: seed, hash)
    return Double(random.next() >> 11) / Double(1 << 53)
  }
}
