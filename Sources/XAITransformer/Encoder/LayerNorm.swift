package import XAICore
package import XAITensor

/// A layer norm, forward and backward.
package struct LayerNorm {
  let norm: Norm
  let epsilon: Float
  let kernels: any Kernels

  /// A norm of parameters.
  package init(norm: Norm, epsilon: Float, kernels: any Kernels) {
    (self.norm, self.epsilon, self.kernels) = (norm, epsilon, kernels)
  }

  /// What the backward pass needs of the forward pass.
  package struct Tape: Sendable {
    /// What was normalised.
    let x: Tensor
    let statistics: RowStatistics
  }

  /// Normalises each token.
  package func forward(_ x: Tensor) -> (output: Tensor, tape: Tape) {
    let (output, statistics) = kernels.layerNorm(
      x, weight: norm.weight, bias: norm.bias, epsilon: epsilon)
    return (output, Tape(x: x, statistics: statistics))
  }

  /// The gradient of what was normalised, and `residual`.
  package func backward(
    _ gradient: Tensor, through tape: Tape, rule: PropagationRules.LayerNorm, residual: Tensor? = nil
  ) -> Tensor {
    kernels.layerNormBackward(
      gradient, of: norm, x: tape.x, statistics: tape.statistics, epsilon: epsilon, rule: rule,
      residual: residual)
  }

  /// The gradients of weight and bias.
  package func parameterGradients(_ gradient: Tensor, through tape: Tape) -> Norm {
    let (weight, bias) = kernels.layerNormParameterGradients(
      gradient, x: tape.x, statistics: tape.statistics, epsilon: epsilon)
    return Norm(weight: weight, bias: bias)
  }
}

extension Kernels {
  /// The cotangent of a layer norm's input by a rule, and `residual`.
  func layerNormBackward(
    _ gradient: Tensor, of norm: Norm, x: Tensor, statistics: RowStatistics, epsilon: Float,
    rule: PropagationRules.LayerNorm, residual: Tensor?
  ) -> Tensor {
    guard rule == .identity else {
      return layerNormBackward(
        gradient, x: x, statistics: statistics, weight: norm.weight, epsilon: epsilon,
        constantVariance: rule == .constantVariance, residual: residual)
    }
    let (normed, _) = layerNorm(x, weight: norm.weight, bias: norm.bias, epsilon: epsilon)
    return IdentityRules.apply(gradient, input: x, output: normed, residual: residual)
  }
}
