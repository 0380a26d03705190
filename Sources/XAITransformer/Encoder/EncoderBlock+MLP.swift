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
    _ gradient: consuming TensorBuffer, _ hidden: Tensor, givesOutput: Bool
  ) -> (hidden: Tensor, activated: Tensor?) {
    switch mlp {
    case .gelu where givesOutput:
      let activated = kernels.geluWithBackward(hidden, gradient: &gradient)
      return (gradient.freeze(), activated)
    case .gelu:
      kernels.geluBackward(hidden, gradient: &gradient)
      return (gradient.freeze(), nil)
    case .swiGLU:
      return (
        kernels.swiGLUBackward(hidden, gradient: gradient.freeze()),
        givesOutput ? kernels.swiGLU(hidden) : nil
      )
    }
  }
}
