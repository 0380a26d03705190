/// A place in a block where the tokens can be looked at.
public enum BlockPoint: String, OptionValue, CaseIterable, Codable {
  /// The input of the block, [B, N, D]: of layer 0 the embeddings, of others the output of the layer before.
  case input
  /// The output of the layer norm before the attention, [B, N, D].
  case firstNorm = "first-norm"
  /// The concatenated outputs of the heads, before the output projection, [B, N, D].
  case headOutputs = "head-outputs"
  /// The residual sum after the attention, [B, N, D].
  case afterAttention = "after-attention"
  /// The output of the layer norm before the MLP, [B, N, D].
  case secondNorm = "second-norm"
  /// The output of the block, [B, N, D].
  case output
}

/// A point in a block of a layer.
public struct ActivationPoint: Hashable, Sendable {
  /// The layer, counted from 0 at the input.
  public let layer: Int
  /// The place in its block.
  public let point: BlockPoint

  /// Names a point of a layer.
  public init(layer: Int, point: BlockPoint) {
    self.layer = layer
    self.point = point
  }
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
