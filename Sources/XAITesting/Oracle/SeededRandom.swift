public import XAITensor

/// Numbers that are the same on every machine for a seed (SplitMix64).
public struct SeededRandom: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// Starts a sequence.
  public init(seed: UInt64) {
    state = seed
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

  /// A number that is close to normally distributed, with mean 0 and deviation 1: a sum of twelve uniform ones.
  public mutating func normal() -> Float {
    (0..<12).reduce(-6) { sum, _ in sum + uniform() }
  }

  /// A tensor of normally distributed numbers.
  public mutating func normal(_ shape: Shape, mean: Float = 0, deviation: Float = 1) -> Tensor {
    Tensor(shape, (0..<shape.count).map { _ in mean + deviation * normal() })
  }

  /// Attention as a softmax leaves it, [B, heads, N, N]: positive, every row summing to 1.
  public mutating func attention(images: Int = 1, heads: Int, tokens: Int) -> Tensor {
    var elements: [Float] = []
    for _ in 0..<images * heads * tokens {
      // Squared, so that rows have high and low entries.
      let row = (0..<tokens).map { _ in Double(uniform() * uniform()) + 1e-3 }
      let sum = row.reduce(0, +)
      elements += row.map { Float($0 / sum) }
    }
    return Tensor([images, heads, tokens, tokens], elements)
  }
}
