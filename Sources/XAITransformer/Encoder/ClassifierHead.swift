import XAICore
import XAITensor

/// From features to logits: a part of its own, which knows nothing of tokens.
enum ClassifierHead: Sendable {
  /// y = x·Wᵀ + b.
  case linear(Linear)
  /// The cosine with a vector of each class, scaled.
  case cosine(CosineHead)

  /// What the backward pass needs of a forward pass.
  struct Tape: Sendable {
    /// [B, F].
    let features: Tensor
    /// Of a cosine.
    let cosine: CosineHead.Tape?
  }

  /// Features [B, F] to logits [B, classes].
  func forward(_ features: Tensor, on kernels: any Kernels) -> (logits: Tensor, tape: Tape) {
    switch self {
    case .linear(let linear):
      return (kernels.apply(linear, to: features), Tape(features: features, cosine: nil))
    case .cosine(let head):
      let tape = head.forward(features, on: kernels)
      return (tape.logits, Tape(features: features, cosine: tape))
    }
  }

  /// The cotangent of the features, [k·B, classes] to [k·B, F].
  ///
  /// - Parameters:
  ///   - index: which of the model's heads it is.
  ///   - parameters: called with the gradients of the head's parameters; not called when nil.
  func backward(
    _ cotangent: Tensor, index: Int, through tape: Tape, rules: PropagationRules, on kernels: any Kernels,
    parameters: ((ReadoutHead.Parameters) -> Void)?
  ) -> Tensor {
    switch (self, tape.cosine) {
    case (.cosine(let head), let cosine?):
      return head.backward(
        cotangent, features: tape.features, through: cosine, rules: rules, on: kernels,
        parameters: parameters)
    case (.cosine, nil): preconditionFailure("the tape is of a linear head")
    case (.linear(let linear), _):
      if let parameters {
        let gradients = kernels.parameterGradients(x: tape.features, gradient: cotangent)
        parameters(.head(index, weight: gradients.weight, bias: gradients.bias))
      }
      return kernels.applyBackward(
        linear, to: cotangent, rule: rules.linear, input: tape.features,
        output: kernels.apply(linear, to: tape.features)
      ).freeze()
    }
  }
}
