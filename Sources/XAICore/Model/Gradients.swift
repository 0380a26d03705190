import XAIFoundation
public import XAITensor

/// What a backward pass computes and keeps; it goes no deeper than what is asked for needs.
public struct GradientRequest: Sendable {
  /// Layers whose attention gradients are handed to the visitor, as they are made.
  public var attention: LayerSelection
  /// Points whose gradients are kept.
  public var activations: Set<ActivationPoint>
  /// Whether the gradient of the input is kept.
  public var input: Bool
  /// Whether the gradients of the parameters are kept; explaining needs none, and they cost as much as the rest.
  public var parameters: Bool
  /// Whether the gradients of the classifier's parameters alone are kept, for which the pass ends where it begins.
  public var headParameters: Bool

  /// Asks for gradients; by default none.
  public init(
    attention: LayerSelection = .none, activations: Set<ActivationPoint> = [], input: Bool = false,
    parameters: Bool = false, headParameters: Bool = false
  ) {
    self.attention = attention
    self.activations = activations
    self.input = input
    self.parameters = parameters
    self.headParameters = headParameters
  }

  /// The lowest layer that the backward pass has to reach, or -1 for the tokens before the first layer.
  public var lowestLayer: Int {
    if input || parameters { return -1 }
    return min(attention.lowest ?? .max, activations.map(\.layer).min() ?? .max)
  }
}

/// The attention of one layer and its gradient, lent to a visitor while both are in memory.
public struct AttentionGradient: Sendable {
  /// The layer, counted from 0 at the input.
  public let layer: Int
  /// Attention after the softmax, [B, heads, N, N], or [B·windows, heads, slots, slots] in windows.
  public let attention: Tensor
  /// Its gradient, [k·B, heads, N, N], target-major, or [k·B·windows, heads, slots, slots].
  public let gradient: Tensor

  /// Pairs the attention of a layer with its gradient.
  public init(layer: Int, attention: Tensor, gradient: Tensor) {
    self.layer = layer
    self.attention = attention
    self.gradient = gradient
  }
}

/// What a backward pass left; first dimensions are [k·B], target-major.
public struct Gradients: Sendable {
  /// Gradients of activations by point, of the activation's form with [k·B] for [B].
  public var activations: [ActivationPoint: Tensor] = [:]
  /// The gradient of the input, [k·B, 3, H, W].
  public var input: Tensor?
  /// Gradients of parameters by the model's own parameter names, summed over the batch.
  public var parameters: [String: Tensor] = [:]

  /// No gradients yet.
  public init() {}
}

extension Gradients: CustomStringConvertible {
  /// What there is, in counts.
  public var description: String {
    (input.map { "gradient of the input \($0.shape), " } ?? "")
      + "\(counted(activations.count, "activation")), \(counted(parameters.count, "parameter"))"
  }
}
