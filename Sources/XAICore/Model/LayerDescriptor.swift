/// What a layer of a model is: its width, the places that can be looked at, and its attention where it has one.
public struct LayerDescriptor: Hashable, Sendable {
  /// Elements of a token.
  public var width: Int
  /// The places that can be recorded, in the order of the forward pass.
  public var places: [PlaceDescriptor]
  /// Its attention; nil for a layer without, such as a convolution.
  public var attention: AttentionDescriptor?

  /// Describes a layer.
  public init(width: Int, places: [PlaceDescriptor] = [], attention: AttentionDescriptor? = nil) {
    self.width = width
    self.places = places
    self.attention = attention
  }

  /// What can be recorded at a place; nil where the layer doesn't list it.
  public subscript(place: Place) -> PlaceDescriptor? { places.first { $0.place == place } }
}

/// The attention of a layer.
public struct AttentionDescriptor: Hashable, Sendable {
  /// Attention heads.
  public var headCount: Int

  /// Describes the attention of a layer.
  public init(headCount: Int) { self.headCount = headCount }
}

/// What can be recorded at a place of a layer.
public struct PlaceDescriptor: Hashable, Sendable {
  /// What the recorded tensor has a value for.
  public enum Form: Hashable, Sendable {
    /// Each token: [B, N, width].
    case tokens(width: Int)
    /// Each head and pair of tokens, as attention: [B, heads, N, N], or [B·windows, heads, slots, slots] in windows.
    case pairs
  }

  /// The place.
  public let place: Place
  /// What the tensor has a value for.
  public let form: Form
  /// Whether a backward pass gives the gradient there.
  ///
  /// Not so of what is computed for the recording alone: the logits don't depend on it.
  public let hasGradient: Bool

  /// Describes what can be recorded at a place.
  public init(_ place: Place, _ form: Form, hasGradient: Bool = true) {
    self.place = place
    self.form = form
    self.hasGradient = hasGradient
  }
}
