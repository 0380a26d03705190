/// Numbers that are the same on every machine for a seed (SplitMix64).
///
/// Source: Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators".
public struct SeededRandom: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// Starts a sequence.
  public init(seed: UInt64) {
    state = seed
  }

  /// Starts a sequence of its own for each combination of numbers, such as seed, epoch and image.
  public init(seed: UInt64, _ stream: UInt64...) {
    self.init(seed: seed)
    for number in stream { state = next() ^ number }
    state = next()
  }

  /// The next 64 bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }

  /// A number from 0 to less than 1.
  public mutating func uniform() -> Float {
    Float(next() >> 40) / Float(1 << 24)
  }

  /// A whole number from 0 to less than `count`, all of them equally likely except for 2⁻⁶⁴·`count`.
  public mutating func index(below count: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(count)).high)
  }

  /// A number that is close to normally distributed, with mean 0 and deviation 1: a sum of twelve uniform ones.
  public mutating func normal() -> Float {
    (0..<12).reduce(-6) { sum, _ in sum + uniform() }
  }
}
