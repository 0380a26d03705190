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
