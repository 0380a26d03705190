import XAICore
import XAITensor

/// What is between the two linear layers of a block's MLP, forward and backward.
struct MLP {
  /// What stands between the layers.
  enum Kind: Hashable, Sendable {
    case gelu
    case sigmoidGELU(SigmoidGELU)
    case swiGLU
  }

  let kind: Kind
  /// The layer norm before the second layer, where there is one.
  let norm: LayerNorm?
  let kernels: any Kernels

  init(_ mlp: VisionTransformerConfiguration.MLP, norm: LayerNorm?, kernels: any Kernels) {
    kind =
      switch mlp {
      case .gelu, .normalisedGELU: .gelu
      case .tanhGELU: .sigmoidGELU(.tanh)
      case .quickGELU: .sigmoidGELU(.quick)
      case .swiGLU, .normalisedSwiGLU: .swiGLU
      }
    self.norm = norm
    self.kernels = kernels
  }

  /// What the first layer's product can end with where its output is not needed; nil where that is another pass.
  var fusedActivation: Epilogue.Activation? { kind == .gelu && norm == nil ? .gelu : nil }

  /// What the second layer sees of the hidden layer.
  func forward(_ hidden: Tensor) -> Tensor {
    let activated = activated(hidden)
    return norm?.forward(activated).output ?? activated
  }

  private func activated(_ hidden: Tensor) -> Tensor {
    switch kind {
    case .gelu: kernels.gelu(hidden)
    case .sigmoidGELU(let form): kernels.sigmoidGELU(hidden, form)
    case .swiGLU: kernels.swiGLU(hidden)
    }
  }

  /// What a backward pass gives.
  struct Gradients {
    /// The gradient of the hidden layer.
    let hidden: Tensor
    /// What the second layer saw; where it was asked for.
    let output: Tensor?
    /// The gradients of the norm's parameters, where there is one and `output` was asked for.
    let norm: Norm?
  }

  /// The gradient of the hidden layer from that of what the second layer sees.
  ///
  /// - Parameter givesOutput: whether what the second layer saw is needed, for gradients of parameters.
  func backward(
    _ gradient: consuming TensorBuffer, _ hidden: Tensor, _ rules: PropagationRules, givesOutput: Bool
  ) -> Gradients {
    guard let norm else {
      let (hidden, output) = activationBackward(gradient, hidden, rules, givesOutput: givesOutput)
      return Gradients(hidden: hidden, output: output, norm: nil)
    }
    let (output, tape) = norm.forward(activated(hidden))
    let seen = gradient.freeze()
    let activated = TensorBuffer(reusing: norm.backward(seen, through: tape, rule: rules.layerNorm))
    return Gradients(
      hidden: activationBackward(activated, hidden, rules, givesOutput: false).hidden,
      output: givesOutput ? output : nil,
      norm: givesOutput ? norm.parameterGradients(seen, through: tape) : nil)
  }

  private func activationBackward(
    _ gradient: consuming TensorBuffer, _ hidden: Tensor, _ rules: PropagationRules, givesOutput: Bool
  ) -> (hidden: Tensor, output: Tensor?) {
    let isRatio = rules.activation == .identity
    switch kind {
    case .gelu where givesOutput && !isRatio:
      let output = kernels.geluWithBackward(hidden, gradient: &gradient)
      return (gradient.freeze(), output)
    case .gelu where isRatio: kernels.geluRatio(hidden, gradient: &gradient)
    case .gelu: kernels.geluBackward(hidden, gradient: &gradient)
    case .sigmoidGELU(let form) where isRatio: kernels.sigmoidGELURatio(hidden, form, gradient: &gradient)
    case .sigmoidGELU(let form): kernels.sigmoidGELUBackward(hidden, form, gradient: &gradient)
    case .swiGLU:
      return (gateBackward(gradient.freeze(), hidden, rules), givesOutput ? activated(hidden) : nil)
    }
    return (gradient.freeze(), givesOutput ? activated(hidden) : nil)
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
