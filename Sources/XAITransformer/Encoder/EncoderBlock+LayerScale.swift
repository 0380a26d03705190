import XAITensor

/// The end of each branch: x + λ ⊙ (W·h + b), or x + W·h + b without layer scale.
///
/// λ is not folded into W, which would copy most of the weights as the model is loaded: the pass over the tokens that
/// it costs here is short beside the product.
extension EncoderBlock {
  /// What a branch ends with, on the residual stream.
  func branch(_ linear: Linear, of h: Tensor, scale: Tensor?, onto residual: Tensor) -> Tensor {
    guard let scale else { return kernels.apply(linear, to: h, residual: residual) }
    return kernels.scaleColumns(of: kernels.apply(linear, to: h), by: scale, adding: residual)
  }

  /// The gradient of W·h + b: λ ⊙ gradient.
  func scaled(_ gradient: Tensor, by scale: Tensor?) -> Tensor {
    guard let scale else { return gradient }
    return kernels.scaleColumns(of: gradient, by: scale, adding: nil)
  }

  /// The gradients of W, b and λ from that of what the branch added, g.
  ///
  /// With G = gᵀ·h and s = Σ_rows g: dW = λ ⊙ G row by row, db = λ ⊙ s, and dλ = Σ_rows g ⊙ (W·h + b) is the sum of
  /// W ⊙ G along each row, and b ⊙ s: the branch's output need not be kept.
  func collectBranch(
    _ linear: Linear, _ name: KeyPath<CheckpointNaming.Block, String>, scale: Tensor?,
    _ scaleName: KeyPath<CheckpointNaming.Block, String?>, x: Tensor, gradient: Tensor, _ sink: Sink
  ) {
    let unscaled = kernels.parameterGradients(x: x, gradient: gradient)
    guard let scale else { return sink.parameter(name, unscaled.weight, unscaled.bias) }
    let (factors, columns) = (scale.elements, linear.inputs)
    let (bias, sums) = (linear.bias?.elements, unscaled.bias.elements)
    var scales = (bias.map { zip($0, sums).map { $0 * $1 } }) ?? [Float](repeating: 0, count: factors.count)
    let weight = Tensor(unscaled.weight.shape) { result in
      linear.weight.withElements { weight in
        unscaled.weight.withElements { gradient in
          for row in factors.indices {
            var sum: Float = 0
            for index in row * columns..<(row + 1) * columns {
              sum += weight[index] * gradient[index]
              result[index] = gradient[index] * factors[row]
            }
            scales[row] += sum
          }
        }
      }
    }
    sink.parameter(name, weight, Tensor([sums.count], zip(sums, factors).map { $0 * $1 }))
    sink.layerScale(scaleName, Tensor([scales.count], scales))
  }
}
