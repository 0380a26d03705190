import XAICore
import XAITensor

/// The reverse of a branch's ends, its layer norm and its last linear map, by the rules of each.
extension EncoderBlock {
  /// The gradient of a layer norm's input, and `residual`.
  func normBackward(
    _ gradient: Tensor, _ norm: Norm, _ x: Tensor, _ statistics: RowStatistics, _ rules: PropagationRules,
    residual: Tensor?
  ) -> Tensor {
    kernels.layerNormBackward(
      gradient, of: norm, x: x, statistics: statistics, epsilon: epsilon, rule: rules.layerNorm,
      residual: residual)
  }

  /// The gradient of what the MLP's second map sees from that of what its branch adds.
  func contractionBackward(_ gradient: Tensor, _ tape: Tape, _ rules: PropagationRules) -> TensorBuffer {
    let gradient = scaled(gradient, by: weights.secondScale)
    guard rules.linear != .gradient else { return kernels.applyBackward(weights.contraction, to: gradient) }
    let x = activated(tape.hidden)
    return kernels.applyBackward(
      weights.contraction, to: gradient, rule: rules.linear, input: x,
      output: kernels.apply(weights.contraction, to: x))
  }

  /// The gradient of the chosen tokens' head outputs from that of what the attention's branch adds.
  func projectionBackward(_ gradient: Tensor, _ tape: Tape, _ rules: PropagationRules) -> Tensor {
    let gradient = scaled(gradient, by: weights.firstScale)
    guard rules.linear != .gradient else {
      return kernels.applyBackward(weights.projection, to: gradient).freeze()
    }
    let x = projectionInput(tape)
    return kernels.applyBackward(
      weights.projection, to: gradient, rule: rules.linear, input: x,
      output: kernels.apply(weights.projection, to: x)
    ).freeze()
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
