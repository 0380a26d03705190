public import XAITensor

/// A trained classifier that can be explained.
///
/// A model without a capability inherits the default `forward` and `backward`, which throw; explainers that need them
/// are refused when they are composed with the model.
public protocol Model: Sendable {
  /// What the model is.
  var descriptor: ModelDescriptor { get }

  /// The tokens of an input of `height` × `width` pixels; throws when the model can't take that size.
  func layout(height: Int, width: Int) throws -> TokenLayout

  /// Runs the model on a batch [B, 3, H, W] of preprocessed images and keeps what `recording` asks for.
  func forward(_ input: Tensor, recording: Recording) throws -> ForwardTrace

  /// The logits [B, classes] of a batch [B, 3, H, W] with a change of what the model computes.
  func logits(_ input: Tensor, under intervention: Intervention) throws -> Tensor

  /// Runs the reverse pass.
  ///
  /// - Parameters:
  ///   - cotangent: ∂y/∂logits, [k·B, classes] target-major: rows t·B…t·B+B−1 are target t of each image.
  ///   - trace: a trace of this model that was recorded with `gradients`.
  ///   - rules: how the pass goes through each kind of operation.
  ///   - request: what is computed; nothing else is.
  ///   - visitAttention: called for each requested layer, from the last to the first, as its gradient is made.
  func backward(
    from cotangent: Tensor, through trace: ForwardTrace, rules: PropagationRules,
    requesting request: GradientRequest,
    visitAttention: (AttentionGradient) throws -> Void
  ) throws -> Gradients
}

extension Model {
  /// The logits [B, classes] of a batch [B, 3, H, W]; nothing is recorded.
  public func logits(_ input: Tensor) throws -> Tensor {
    try forward(input, recording: Recording()).logits
  }

  /// Refuses: a model that can't be changed so.
  public func logits(_ input: Tensor, under intervention: Intervention) throws -> Tensor {
    throw ModelError.missingCapabilities(
      explainer: "the intervention", model: descriptor.name, missing: intervention.needs)
  }

  /// Refuses: a model without gradients.
  public func backward(
    from cotangent: Tensor, through trace: ForwardTrace, rules: PropagationRules,
    requesting request: GradientRequest,
    visitAttention: (AttentionGradient) throws -> Void
  ) throws -> Gradients {
    throw ModelError.missingCapabilities(
      explainer: "the reverse pass", model: descriptor.name, missing: [.activationGradients])
  }

  /// Runs the reverse pass of the plain gradient without visiting attention.
  public func backward(
    from cotangent: Tensor, through trace: ForwardTrace, rules: PropagationRules = .gradient,
    requesting request: GradientRequest
  ) throws -> Gradients {
    try backward(from: cotangent, through: trace, rules: rules, requesting: request) { _ in }
  }
}
