import XAICore
import XAITensor

/// What is between the two linear maps of the MLP.
extension EncoderBlock {
  /// What the second map sees of the hidden layer.
  func activated(_ hidden: Tensor) -> Tensor {
    switch mlp {
    case .gelu: kernels.gelu(hidden)
    case .swiGLU: kernels.swiGLU(hidden)
    }
  }

  /// The gradient of the hidden layer, and what the second map saw where it is needed.
  func activationBackward(
    _ gradient: consuming TensorBuffer, _ hidden: Tensor, _ rules: PropagationRules, givesOutput: Bool
  ) -> (hidden: Tensor, activated: Tensor?) {
    switch mlp {
    case .gelu where rules.activation == .identity:
      kernels.geluRatio(hidden, gradient: &gradient)
      return (gradient.freeze(), givesOutput ? kernels.gelu(hidden) : nil)
    case .gelu where givesOutput:
      let activated = kernels.geluWithBackward(hidden, gradient: &gradient)
      return (gradient.freeze(), activated)
    case .gelu:
      kernels.geluBackward(hidden, gradient: &gradient)
      return (gradient.freeze(), nil)
    case .swiGLU:
      return (
        gateBackward(gradient.freeze(), hidden, rules), givesOutput ? kernels.swiGLU(hidden) : nil
      )
    }
  }

  /// The gradient of a SwiGLU's gate and values, side by side, from that of their product.
  private func gateBackward(_ gradient: Tensor, _ hidden: Tensor, _ rules: PropagationRules) -> Tensor {
    let (gate, value): (Float, Float) =
      switch rules.gate {
      case .gradient: (1, 1)
      case .halved: (0.5, 0.5)
      case .constant: (0, 1)
      }
    if rules.activation == .identity {
      return kernels.swiGLURatio(hidden, gradient: gradient, gate: gate, value: value)
    }
    let parts = kernels.swiGLUBackward(hidden, gradient: gradient)
    guard rules.gate != .gradient else { return parts }
    let columns = gradient.shape[2]
    let factors = Tensor(
      [2 * columns],
      [Float](repeating: gate, count: columns) + [Float](repeating: value, count: columns))
    return kernels.scaleColumns(of: parts, by: factors, adding: nil)
  }
}
