import XAITensor

/// The tokens of a sequence that are kept, where the others no longer matter.
///
/// Behind the last attention a classifier looks at the class token alone, so the last block's projection and MLP of all
/// other tokens would be work for nothing: three quarters of the block's linear maps.
struct TokenSelection: Sendable {
  /// Which tokens, in the order in which they come out.
  let tokens: [Int]
  /// How many there are to choose from.
  let count: Int

  /// The chosen tokens: [B, N, D] to [B, n, D].
  func chosen(from x: Tensor) -> Tensor {
    let (batch, width) = (x.shape[0], x.shape[2])
    return Tensor([batch, tokens.count, width]) { result in
      x.withElements { x in
        forEachRow(batch, width) { whole, chosen in
          for d in 0..<width { result[chosen + d] = x[whole + d] }
        }
      }
    }
  }

  /// The reverse: the gradients of the chosen tokens in their places, and zeros in all others.
  func spread(_ gradient: Tensor) -> Tensor {
    let (batch, width) = (gradient.shape[0], gradient.shape[2])
    return Tensor([batch, count, width]) { result in
      result.update(repeating: 0, count: batch * count * width)
      gradient.withElements { gradient in
        forEachRow(batch, width) { whole, chosen in
          for d in 0..<width { result[whole + d] = gradient[chosen + d] }
        }
      }
    }
  }

  private func forEachRow(_ batch: Int, _ width: Int, _ body: (_ whole: Int, _ chosen: Int) -> Void) {
    for image in 0..<batch {
      for (index, token) in tokens.enumerated() {
        body((image * count + token) * width, (image * tokens.count + index) * width)
      }
    }
  }
}
