import XAICore
import XAITensor

/// What the parameters of a vision transformer are before it has learnt anything.
///
/// Matrices, tokens and position embeddings are drawn from a normal distribution that is cut off at ±2σ (Touvron et al.
/// 2021, arXiv 2012.12877, section 6), with the σ = 0.02 of their code; norms begin as the identity, biases at 0.
struct InitialWeights {
  private let seed: UInt64
  private let scales: Set<String>

  /// σ, before the cut; what is left of the distribution has a deviation of 0.88 σ.
  static let deviation: Float = 0.02
  /// Where it is cut, in σ.
  static let cut: Float = 2

  init(
    configuration: VisionTransformerConfiguration, naming: CheckpointNaming, random: inout SeededRandom
  ) {
    self.seed = random.next()
    let norms =
      (0..<configuration.depth).map(naming.block).flatMap { [$0.firstNorm, $0.secondNorm] }
      + [naming.finalNorm]
    self.scales = Set(norms.map { naming.tensor($0, .weight) })
  }

  /// The parameter of a name; it doesn't depend on which others are drawn, and in which order.
  func tensor(_ name: String, _ shape: Shape) -> Tensor {
    guard shape.rank > 1 else { return Tensor(repeating: scales.contains(name) ? 1 : 0, shape) }
    var random = SeededRandom(seed: seed, Self.hash(name))
    return Tensor(shape) { elements in
      for index in 0..<shape.count {
        var value = random.normal()
        while abs(value) > Self.cut { value = random.normal() }
        elements[index] = value * Self.deviation
      }
    }
  }

  /// FNV-1a of 64 bits: the same in every process, which `Hasher` is not.
  private static func hash(_ name: String) -> UInt64 {
    name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }
}
