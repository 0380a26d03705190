import XAIFoundation
public import XAITensor

/// What a forward pass left: the logits, what the recording asked for, and what the backward pass needs.
public struct ForwardTrace: Sendable {
  /// The input, [B, 3, H, W].
  public let input: Tensor
  /// The tokens of this input.
  public let layout: TokenLayout
  /// The logits, [B, classes].
  public let logits: Tensor
  /// Attention maps after the softmax by layer, each [B, heads, N, N]; [B·windows, heads, slots, slots] where the layer's
  /// attention stays in windows.
  public let attention: [Int: Tensor]
  /// Activations by point, each in the form that its place is listed with: [B, N, D] as a rule.
  public let activations: [ActivationPoint: Tensor]
  /// What the model's own backward pass needs; nil when no gradients were recorded.
  public let tape: (any Sendable)?
  /// What the images are called, one name each, where who asked for the pass says so; a model leaves it empty.
  public var images: [String] = []

  /// Holds what a forward pass left.
  public init(
    input: Tensor, layout: TokenLayout, logits: Tensor, attention: [Int: Tensor] = [:],
    activations: [ActivationPoint: Tensor] = [:], tape: (any Sendable)? = nil
  ) {
    self.input = input
    self.layout = layout
    self.logits = logits
    self.attention = attention
    self.activations = activations
    self.tape = tape
  }

  /// The number of images.
  public var batchCount: Int { input.shape[0] }

  /// The attention maps of a layer, [B, heads, N, N] or [B·windows, heads, slots, slots]; throws when the recording did not ask for them.
  public func attention(ofLayer layer: Int) throws(ModelError) -> Tensor {
    guard let attention = attention[layer] else { throw .notRecorded("attention of layer \(layer)") }
    return attention
  }

  /// The activations of a point; throws when the recording did not ask for them.
  public func activation(at point: ActivationPoint) throws(ModelError) -> Tensor {
    guard let activation = activations[point] else { throw .notRecorded("activation \(point)") }
    return activation
  }
}

extension ForwardTrace: CustomStringConvertible {
  /// What it is a trace of and what was recorded, in counts.
  public var description: String {
    "input \(input.shape), logits \(logits.shape), attention of \(counted(attention.count, "layer")), "
      + counted(activations.count, "activation") + (tape == nil ? "" : ", ready for a backward pass")
  }
}

/// What a forward pass keeps; nothing else stays in memory after it.
public struct Recording: Hashable, Sendable {
  /// Layers whose attention maps are kept, of those that have attention.
  public var attention: LayerSelection
  /// Activations that are kept.
  public var activations: Set<ActivationPoint>
  /// Whether a backward pass will follow.
  public var gradients: Bool
  /// Whether that backward pass will ask for gradients of parameters: it keeps more, so that less is computed again.
  public var parameters: Bool

  /// Asks for what a forward pass keeps; by default nothing but the logits.
  public init(
    attention: LayerSelection = .none, activations: Set<ActivationPoint> = [], gradients: Bool = false,
    parameters: Bool = false
  ) {
    self.attention = attention
    self.activations = activations
    self.gradients = gradients
    self.parameters = parameters
  }

  /// What either recording asks for, so that one forward pass serves several explainers.
  public func union(_ other: Recording) -> Recording {
    Recording(
      attention: attention.union(other.attention), activations: activations.union(other.activations),
      gradients: gradients || other.gradients, parameters: parameters || other.parameters)
  }
}
