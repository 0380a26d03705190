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
