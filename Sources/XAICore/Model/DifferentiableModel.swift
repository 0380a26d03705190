public import XAITensor

/// A model with a backward pass: gradients of its logits, or what other rules make of them.
public protocol DifferentiableModel: Model {
  /// Runs the backward pass.
  ///
  /// - Parameters:
  ///   - cotangent: ∂y/∂logits, [k·B, classes] target-major: rows t·B…t·B+B−1 are target t of each image.
  ///   - trace: a trace of this model that was recorded with `gradients`.
  ///   - rules: how the pass goes through each kind of operation.
  ///   - request: what is computed; nothing else is.
  ///   - visitAttention: called for each requested layer, from the last to the first, as its gradient is made.
  /// - Throws: `ModelError.foreignTrace` for a trace or cotangent that isn't of this model, `ModelError.notGiven` for a
  ///   request beyond the model's capabilities.
  func backward(
    from cotangent: Tensor, through trace: ForwardTrace, rules: PropagationRules,
    requesting request: GradientRequest,
    visitAttention: (AttentionGradient) throws -> Void
  ) throws -> Gradients
}

extension DifferentiableModel {
  /// Runs the backward pass of the plain gradient without visiting attention.
  public func backward(
    from cotangent: Tensor, through trace: ForwardTrace, rules: PropagationRules = .gradient,
    requesting request: GradientRequest
  ) throws -> Gradients {
    try backward(from: cotangent, through: trace, rules: rules, requesting: request) { _ in }
  }
}

extension Model {
  /// The model as one with a backward pass.
  ///
  /// - Throws: `ModelError.notGiven` where it has none.
  public func differentiable() throws(ModelError) -> any DifferentiableModel {
    guard let model = self as? any DifferentiableModel else {
      throw .notGiven(.ofBackwardPass, model: descriptor.name)
    }
    return model
  }
}
