/// Inputs that are made when the model is ready for them, so that only a batch of them is in memory.
public struct FramePlan: Sendable {
  /// How many inputs.
  public let count: Int
  private let frame: @Sendable (Int) -> Frame

  /// Makes a plan.
  ///
  /// - Parameters:
  ///   - count: how many inputs.
  ///   - frame: makes an input, the same one each time.
  public init(count: Int, frame: @escaping @Sendable (_ index: Int) -> Frame) {
    self.count = count
    self.frame = frame
  }

  /// Takes inputs that are made already.
  public init(_ frames: [Frame]) {
    self.init(count: frames.count) { frames[$0] }
  }

  /// No inputs.
  public static let none = FramePlan([])

  /// An input.
  public subscript(index: Int) -> Frame { frame(index) }

  /// The order in which a model sees the frames, in batches: those of pixels first, then those of equally many patches,
  /// each in the order of the plan.
  package func batches(of size: Int) -> [[Int]] {
    FrameBatch.batches(0..<count, of: size) { self[$0].batchKind }
  }
}

/// One changed input of a model.
public struct Frame: Sendable {
  /// What the model sees.
  public enum Content: Sendable {
    /// The image as it is.
    case whole
    /// A changed image.
    case image(FrameImage)
    /// Some patches of the whole image, ascending, and nothing of the others.
    case patches([Int])
    /// The whole image, seen by the model without some of its heads.
    case heads([Intervention.Head])
  }

  /// Which other frames are the same as this one, so that the model sees it once.
  public enum Identity: Hashable, Sendable {
    /// Those of the same name for any map of the image.
    case ofImage(String)
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
  public static let whole = Frame(.whole, identity: .ofImage("whole"))

  /// Makes a frame.
  public init(_ content: Content, identity: Identity = .unique) {
    self.content = content
    self.identity = identity
  }

  /// The patches that the model sees; nil where it sees pixels.
  public var patchCount: Int? {
    if case .patches(let kept) = content { kept.count } else { nil }
  }

  /// Frames of one kind can be shown together: those of pixels, of equally many patches, and without heads.
  package var batchKind: Int {
    switch content {
    case .whole, .image: -1
    case .patches(let kept): kept.count
    case .heads: Int.max
    }
  }
}
