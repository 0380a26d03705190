import XAITensor

/// The tokens of a sequence that are kept, where the others no longer matter.
///
/// Behind the last attention a classifier looks at the class token alone, so the last block's projection and MLP of all
/// other tokens would be work for nothing: three quarters of the block's linear layers.
package struct TokenSelection: Sendable {
  /// Which tokens, in the order in which they come out.
  let tokens: [Int]
  /// How many there are to choose from.
  let count: Int

  /// The chosen tokens: [B, N, D] to [B, n, D].
  func chosen(from x: Tensor) -> Tensor {
    let (batch, width) = (x.shape[0], x.shape[2])
    return x.gathering(
      (0..<batch).flatMap { image in tokens.map { image * count + $0 } }, columns: width,
      shape: [batch, tokens.count, width])
  }

  /// The reverse: the gradients of the chosen tokens in their places, and zeros in all others.
  func scattered(_ gradient: Tensor) -> Tensor {
    let (batch, width) = (gradient.shape[0], gradient.shape[2])
    var places = [Int](repeating: -1, count: batch * count)
    for image in 0..<batch {
      for (index, token) in tokens.enumerated() {
        places[image * count + token] = image * tokens.count + index
      }
    }
    return gradient.gathering(places, columns: width, shape: [batch, count, width])
  }
}
