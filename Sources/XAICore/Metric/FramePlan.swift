/// Inputs that are made when the model is ready for them, so that only a batch of them is in memory.
public struct FramePlan: Sendable {
  /// How many inputs.
  public let count: Int
  private let frame: @Sendable (Int) -> Frame
  private let choice: @Sendable ([FrameAnswer]) -> [Int]

  /// Makes a plan whose inputs are all shown.
  public init(count: Int, frame: @escaping @Sendable (_ index: Int) -> Frame) {
    self.init(count: count, next: { $0.isEmpty ? Array(0..<count) : [] }, frame: frame)
  }

  /// Makes a plan whose inputs are shown as far as the answers to those before call for them.
  ///
  /// - Parameters:
  ///   - count: how many inputs there are to choose from.
  ///   - next: the inputs that are shown next, none to end, each at most once. The answers so far are in the order in
  ///     which their inputs were asked for; the same answers always call for the same inputs.
  ///   - frame: makes an input.
  public init(
    count: Int, next: @escaping @Sendable (_ answers: [FrameAnswer]) -> [Int],
    frame: @escaping @Sendable (_ index: Int) -> Frame
  ) {
    self.count = count
    self.choice = next
    self.frame = frame
  }

  /// No inputs.
  public static let none = FramePlan(count: 0) { _ in preconditionFailure("a plan without frames has none") }

  /// An input.
  public subscript(index: Int) -> Frame { frame(index) }

  /// The inputs that the model is to see now; none where it has seen enough.
  ///
  /// - Parameter answers: those to all inputs that were asked for before, in the order in which they were.
  public func next(after answers: [FrameAnswer]) -> [Int] {
    guard answers.count < count else { return [] }
    let chosen = choice(answers)
    precondition(answers.count + chosen.count <= count, "a plan asks for each of its frames once")
    return chosen
  }
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
