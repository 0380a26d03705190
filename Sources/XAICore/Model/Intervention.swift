/// A change of what a model computes, for asking what a part of it does.
public enum Intervention: Hashable, Sendable {
  /// Only these patches become tokens, ascending; one list per image, all of the same length. The others are not there:
  /// no attention goes to them, and nothing stands in their place.
  case keepingPatches([[Int]])
  /// The output of one head is zero before the projection that joins the heads; one head per image.
  case removingHeads([Head])

  /// A head of a layer.
  public struct Head: Hashable, Sendable, Codable {
    /// The layer, 0 being the first.
    public let layer: Int
    /// The head in that layer.
    public let head: Int

    /// Names a head.
    public init(layer: Int, head: Int) {
      self.layer = layer
      self.head = head
    }
  }
}

extension Intervention {
  /// What a model must be able to do.
  public var needs: Capabilities {
    switch self {
    case .keepingPatches: .patchRemoval
    case .removingHeads: .headRemoval
    }
  }
}
