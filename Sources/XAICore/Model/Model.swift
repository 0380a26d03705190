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

  /// Has the classifier read the output of each layer as though it were the last, and gives the gradient of what it says
  /// with respect to that layer's attention.
  ///
  /// - Parameters:
  ///   - cotangent: ∂y/∂logits, [k·B, classes] target-major.
  ///   - trace: a trace of this model that was recorded with `gradients` and the `output` of each of `layers`.
  ///   - layers: the layers that are read, each by itself.
  ///   - readout: which of their tokens are read.
  ///   - visitAttention: called for each layer, from the last to the first.
  func readLayers(
    from cotangent: Tensor, through trace: ForwardTrace, layers: LayerSelection, readout: LayerReadout,
    visitAttention: (AttentionGradient) throws -> Void
  ) throws
}

/// Which tokens of a layer the classifier reads as though it were the last.
public enum LayerReadout: String, OptionValue, CaseIterable {
  /// The mean of all tokens, prefix tokens among them, which the classifier's layer norm and head then see.
  case mean
  /// The tokens that the model reads behind its last layer, in its own way.
  case own
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

  /// Refuses: a model whose layers can't be read one by one.
  public func readLayers(
    from cotangent: Tensor, through trace: ForwardTrace, layers: LayerSelection, readout: LayerReadout,
    visitAttention: (AttentionGradient) throws -> Void
  ) throws {
    throw ModelError.missingCapabilities(
      explainer: "reading single layers", model: descriptor.name, missing: [.layerReadouts])
  }

  /// Runs the reverse pass of the plain gradient without visiting attention.
  public func backward(
    from cotangent: Tensor, through trace: ForwardTrace, rules: PropagationRules = .gradient,
    requesting request: GradientRequest
  ) throws -> Gradients {
    try backward(from: cotangent, through: trace, rules: rules, requesting: request) { _ in }
  }
}
