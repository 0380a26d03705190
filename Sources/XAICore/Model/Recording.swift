/// What a forward pass keeps; nothing else stays in memory after it.
public struct Recording: Hashable, Sendable {
  /// Layers whose attention maps are kept.
  public var attention: LayerSelection
  /// Activations that are kept.
  public var activations: Set<ActivationPoint>
  /// Layers whose transformed values are kept.
  public var transformedValues: LayerSelection
  /// Whether a reverse pass will follow.
  public var gradients: Bool
  /// Whether that reverse pass will ask for gradients of parameters: it keeps more, so that less is computed again.
  public var parameters: Bool

  /// Asks for what a forward pass keeps; by default nothing but the logits.
  public init(
    attention: LayerSelection = .none, activations: Set<ActivationPoint> = [],
    transformedValues: LayerSelection = .none, gradients: Bool = false, parameters: Bool = false
  ) {
    self.attention = attention
    self.activations = activations
    self.transformedValues = transformedValues
    self.gradients = gradients
    self.parameters = parameters
  }

  /// What either recording asks for, so that one forward pass serves several explainers.
  public func union(_ other: Recording) -> Recording {
    Recording(
      attention: attention.union(other.attention), activations: activations.union(other.activations),
      transformedValues: transformedValues.union(other.transformedValues),
      gradients: gradients || other.gradients, parameters: parameters || other.parameters)
  }
}
