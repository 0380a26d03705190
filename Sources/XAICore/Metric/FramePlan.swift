/// Inputs that are made when the model is ready for them, so that only a batch of them is in memory.
public struct FramePlan: Sendable {
  /// How many inputs.
  public let count: Int
  private let frame: @Sendable (Int) -> Frame

  /// Makes a plan.
  public init(count: Int, frame: @escaping @Sendable (_ index: Int) -> Frame) {
    self.count = count
    self.frame = frame
  }

  /// No inputs.
  public static let none = FramePlan(count: 0) { _ in preconditionFailure("a plan without frames has none") }

  /// An input.
  public subscript(index: Int) -> Frame { frame(index) }
}

/// One input of a plan.
public struct Frame: Sendable {
  /// What the model sees.
  public enum Content: Sendable {
    /// A picture: writes 3 × H × W preprocessed values, all of them, to uninitialised memory.
    case picture(@Sendable (_ destination: UnsafeMutablePointer<Float>) -> Void)
    /// Some patches of the whole picture, ascending, and nothing of the others.
    case patches([Int])
  }

  /// Which other frames are the same as this one, so that the model sees it once.
  public enum Identity: Hashable, Sendable {
    /// Those of the same name for any map of the picture.
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

  /// Makes a frame.
  public init(_ content: Content, identity: Identity = .unique) {
    self.content = content
    self.identity = identity
  }
}
