import XAIFoundation

/// A place in a layer where a forward pass can be looked at: a name that a model lists in its ``LayerDescriptor``.
///
/// The names here are those of a transformer's block. They are no closed list: a model may list places of its own, and an
/// explainer may ask for them.
public struct Place: RawRepresentable, Hashable, Sendable, Codable {
  /// The name that users write, kebab-case.
  public let rawValue: String

  /// Names a place.
  public init(rawValue: String) { self.rawValue = rawValue }

  /// The input of the layer, [B, N, D]: of layer 0 the embeddings, of others the output of the layer before.
  public static let input = Place(rawValue: "input")
  /// The output of the layer norm before the attention, [B, N, D].
  public static let firstNorm = Place(rawValue: "first-norm")
  /// The queries of all heads, side by side, [B, N, D].
  public static let queries = Place(rawValue: "queries")
  /// The keys of all heads, side by side, [B, N, D].
  public static let keys = Place(rawValue: "keys")
  /// The values of all heads, side by side, [B, N, D].
  public static let values = Place(rawValue: "values")
  /// The scores that the softmax makes attention of, with scale and bias, [B, heads, N, N].
  public static let scores = Place(rawValue: "scores")
  /// The values behind the output projection, [B, N, D]: row j is Σ_h V_h,j·W_O,h, which is what a token adds to another
  /// that attends to it alone, in all heads, without the projection's bias and before a norm behind attention.
  public static let projectedValues = Place(rawValue: "projected-values")
  /// The concatenated outputs of the heads, before the output projection, [B, N, D].
  public static let headOutputs = Place(rawValue: "head-outputs")
  /// The residual sum after the attention, [B, N, D].
  public static let afterAttention = Place(rawValue: "after-attention")
  /// The output of the layer norm before the MLP, [B, N, D].
  public static let secondNorm = Place(rawValue: "second-norm")
  /// What the MLP's second map sees, behind the activation function or the gate, [B, N, M].
  public static let mlpHidden = Place(rawValue: "mlp-hidden")
  /// The output of the layer, [B, N, D].
  public static let output = Place(rawValue: "output")
  /// All tokens behind the model's last norm, [B, N, D], which the last layer lists where that norm is on tokens: what features are
  /// read from.
  public static let finalNorm = Place(rawValue: "final-norm")
}

extension Place: OptionValue {
  /// Takes any name that is kebab-case; whether a model lists it shows when an explainer is composed with the model.
  public init?(optionText: String) {
    guard isKebabCase(optionText) else { return nil }
    self.init(rawValue: optionText)
  }

  /// The name.
  public var optionText: String { rawValue }
  /// The places of a transformer's residual stream, and that there are others.
  public static var allowedOptionText: String {
    residualStream.map(\.rawValue).joined(separator: " | ") + ", or another place that the model lists"
  }

  /// Places of a transformer's block that have a token of the residual stream's width each.
  public static let residualStream: [Place] = [
    .input, .firstNorm, .headOutputs, .afterAttention, .secondNorm, .output,
  ]
}

/// A place of one layer.
public struct ActivationPoint: Hashable, Sendable, CustomStringConvertible {
  /// The layer, counted from 0 at the input.
  public let layer: Int
  /// The place in the layer.
  public let place: Place

  /// Names a place of a layer.
  public init(layer: Int, place: Place) {
    self.layer = layer
    self.place = place
  }

  /// The point in words: `first-norm of layer 3`.
  public var description: String { "\(place.rawValue) of layer \(layer)" }
}

/// Which layers something is asked for.
public enum LayerSelection: Hashable, Sendable {
  /// Every layer.
  case all
  /// These layers, counted from 0 at the input; an empty set is none.
  case some(Set<Int>)

  /// No layer.
  public static let none = LayerSelection.some([])

  /// Whether a layer is in the selection.
  public func contains(_ layer: Int) -> Bool {
    switch self {
    case .all: true
    case .some(let layers): layers.contains(layer)
    }
  }

  /// Whether no layer is in the selection.
  public var isEmpty: Bool { self == .none }

  /// The layers of either selection.
  public func union(_ other: LayerSelection) -> LayerSelection {
    switch (self, other) {
    case (.some(let mine), .some(let others)): .some(mine.union(others))
    default: .all
    }
  }

  /// The lowest layer of the selection; nil for none.
  public var lowest: Int? {
    switch self {
    case .all: 0
    case .some(let layers): layers.min()
    }
  }
}
