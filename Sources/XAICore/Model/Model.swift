public import XAITensor

/// What can be explained: a model that takes images, and says which tokens it makes of them.
///
/// This is all that a method needs which reads attention and activations, or compares logits. Refinements are for what only
/// some models can do: ``DifferentiableModel`` for gradients and rules, ``IntervenableModel`` for logits without patches or
/// heads, ``LayerReadableModel`` for layers that are read by themselves, ``TrainableModel`` for parameters that change. A
/// model declares by `descriptor.capabilities` what of them it gives, and the conformance kit checks that both agree.
public protocol Model: Sendable {
  var descriptor: ModelDescriptor { get }

  /// The tokens of an input of `height` × `width` pixels; throws when the model can't take that size.
  func layout(height: Int, width: Int) throws -> TokenLayout

  /// Runs the model on a batch [B, 3, H, W] of preprocessed images and keeps what `recording` asks for.
  func forward(_ input: Tensor, recording: Recording) throws -> ForwardTrace
}

extension Model {
  /// The logits [B, classes] of a batch [B, 3, H, W]; nothing is recorded.
  public func logits(_ input: Tensor) throws -> Tensor {
    try forward(input, recording: Recording()).logits
  }
}
