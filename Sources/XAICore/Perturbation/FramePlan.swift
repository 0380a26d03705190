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
    FrameBatch.batches(0..<count, of: size) { self[$0].patchCount }
  }
}
