/// One changed input of a model.
public struct Frame: Sendable {
  /// What the model sees.
  public enum Content: Sendable {
    /// The image as it is.
    case whole
    /// An image: writes 3 × H × W preprocessed values, all of them, to uninitialised memory.
    case picture(@Sendable (_ destination: UnsafeMutablePointer<Float>) -> Void)
    /// Some patches of the whole image, ascending, and nothing of the others.
    case patches([Int])
  }

  /// Which other frames are the same as this one, so that the model sees it once.
  public enum Identity: Hashable, Sendable {
    /// Those of the same name for any map of the image.
    case ofPicture(String)
    /// Those of the same name for the same map.
    case ofMap(String)
    /// None.
    case unique
  }

  /// What the model sees.
  public let content: Content
  /// Which other frames are the same.
  public let identity: Identity

  /// The image as it is.
  public static let whole = Frame(.whole, identity: .ofPicture("whole"))

  /// Makes a frame.
  public init(_ content: Content, identity: Identity = .unique) {
    self.content = content
    self.identity = identity
  }

  /// The patches that the model sees; nil where it sees pixels.
  public var patchCount: Int? {
    if case .patches(let kept) = content { kept.count } else { nil }
  }
}
