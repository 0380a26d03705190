public import XAIFoundation
public import XAITensor

extension SeededRandom {
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
