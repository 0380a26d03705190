import Synchronization
import XAIFoundation

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// Where the time goes: how often each operation ran, how long, and how much arithmetic it was.
///
/// What runs on the thread that made the profile adds up to its time; what other threads do meanwhile is kept apart.
/// Stages that are measured don't contain one another.
public final class Profile: Sendable {
  /// What is measured.
  public enum Operation: Hashable, Sendable {
    /// A product of matrices.
    case product(ProductKind)
    /// Another operation of the kernels.
    case kernel(String)
    /// What is done outside of the kernels, such as decoding images.
    case stage(String)
  }

  /// What an operation has come to.
  public struct Entry: Sendable {
    /// What was measured.
    public let operation: Operation
    /// Whether it ran on another thread than the one that made the profile.
    public let isMeanwhile: Bool
    /// How often it ran.
    public private(set) var calls = 0
    /// How long in all.
    public private(set) var seconds = 0.0
    /// Floating-point operations of products, a multiplication and an addition being two.
    public private(set) var arithmetic = 0.0

    fileprivate init(operation: Operation, isMeanwhile: Bool) {
      self.operation = operation
      self.isMeanwhile = isMeanwhile
    }

    fileprivate mutating func add(seconds: Double, arithmetic: Double) {
      calls += 1
      self.seconds += seconds
      self.arithmetic += arithmetic
    }
  }

  /// What a stretch of time was spent on.
  public struct Summary: Sendable {
    /// How long it was.
    public let seconds: Double
    /// What was measured in it, the longest first.
    public let entries: [Entry]
  }

  private struct Key: Hashable {
    let operation: Operation
    let isMeanwhile: Bool
  }

  private struct State {
    var entries: [Key: Entry] = [:]
    /// When it began, as the stopwatch has it.
    var start: Double
  }

  private let state: Guarded<State>
  private let stopwatch: Stopwatch
  private let thread: ThreadIdentity

  /// Begins, on the thread whose time is to be explained.
  public convenience init() { self.init(stopwatch: .system) }

  /// The same by a stopwatch.
  init(stopwatch: Stopwatch) {
    self.stopwatch = stopwatch
    state = Guarded(State(start: stopwatch.now()))
    thread = ThreadIdentity()
  }

  /// Hands over what was measured so far, and begins anew.
  public func take() -> Summary {
    let now = stopwatch.now()
    return state.withLock { state in
      defer { state = State(start: now) }
      return Summary(
        seconds: now - state.start,
        entries: state.entries.values.sorted { $0.seconds > $1.seconds })
    }
  }

  /// Does some work and adds the time that it took, also where it throws.
  public func measure<Result, Failure: Error>(
    _ operation: Operation, arithmetic: Double = 0, _ work: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let begin = stopwatch.now()
    defer { add(operation, seconds: stopwatch.now() - begin, arithmetic: arithmetic) }
    return try work()
  }

  private func add(_ operation: Operation, seconds: Double, arithmetic: Double) {
    let key = Key(operation: operation, isMeanwhile: ThreadIdentity() != thread)
    state.withLock { state in
      state.entries[key, default: Entry(operation: operation, isMeanwhile: key.isMeanwhile)]
        .add(seconds: seconds, arithmetic: arithmetic)
    }
  }
}

extension Profile? {
  /// Does some work, and measures it where there is a profile.
  public func measure<Result, Failure: Error>(
    _ stage: String, _ work: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    guard let self else { return try work() }
    return try self.measure(.stage(stage), work)
  }
}

/// The thread that made the value.
private struct ThreadIdentity: Equatable, @unchecked Sendable {
  private let thread = pthread_self()

  static func == (a: ThreadIdentity, b: ThreadIdentity) -> Bool { pthread_equal(a.thread, b.thread) != 0 }
}

/// What products of matrices have in common that are one line of a profile.
///
/// The rows of dense products are left out: they are as many as there are tokens in a batch.
public struct ProductKind: Hashable, Sendable {
  /// Rows of each matrix of a batch; nil for a single, dense product.
  public let rows: Int?
  /// Whether each image has a matrix of its own, as its patches do; where not, the rows of all images are one matrix.
  public let isByImage: Bool
  /// Columns of the first factor, rows of the second.
  public let depth: Int
  /// Columns of the second factor.
  public let columns: Int
  /// Whether the first factor is read by columns, as in gradients of parameters, values and keys.
  public let transposesFirst: Bool
  /// Whether the second factor is read by columns, as a layer's weights are in a forward pass.
  public let transposesSecond: Bool
  /// Whether the product is multiplied by a number.
  public let isScaled: Bool
  /// Whether it ends with GELU.
  public let hasGELU: Bool

  /// Describes a product of such operands.
  public init(_ a: MatrixLayout, _ b: MatrixLayout, into layout: MatrixLayout, _ epilogue: Epilogue) {
    rows = layout.inner.count > 1 ? layout.rows : nil
    isByImage = layout.outer != .single
    depth = a.columns
    columns = layout.columns
    transposesFirst = a.columnStride != 1
    transposesSecond = b.columnStride != 1
    isScaled = epilogue.scale != 1
    hasGELU = epilogue.activation == .gelu
  }
}
