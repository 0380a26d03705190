/// A formula for each element of a result, from elements of operands: one that any device can compute.
///
/// Element i of a result is that of operand i mod its count, so that fewer elements are repeated.
public indirect enum Elementwise: Hashable, Sendable {
  /// An operand by its index. With `each` above 1, each of its elements is repeated as many times in a row.
  case operand(Int, each: Int = 1)
  /// The same number everywhere.
  case constant(Float)
  /// The size of a number.
  case absolute(Elementwise)
  /// Two numbers in one.
  case combined(Combination, Elementwise, Elementwise)
  /// One of two numbers, by the comparison of two others.
  case choice(Comparison, Elementwise, Elementwise, then: Elementwise, otherwise: Elementwise)

  /// How two numbers become one.
  public enum Combination: Hashable, Sendable {
    /// a + b.
    case sum
    /// a − b.
    case difference
    /// a·b.
    case product
    /// a/b.
    case quotient
    /// The larger one; a where b is no number, and b where both are equal.
    case maximum
  }

  /// What two numbers are compared for.
  public enum Comparison: Hashable, Sendable {
    /// a = b.
    case equal
    /// a < b.
    case less
  }
}

extension Elementwise: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  /// A constant.
  public init(floatLiteral value: Float) { self = .constant(value) }
  /// A constant.
  public init(integerLiteral value: Int) { self = .constant(Float(value)) }
}

extension Elementwise {
  /// a + b.
  public static func + (a: Elementwise, b: Elementwise) -> Elementwise { .combined(.sum, a, b) }
  /// a − b.
  public static func - (a: Elementwise, b: Elementwise) -> Elementwise { .combined(.difference, a, b) }
  /// a·b.
  public static func * (a: Elementwise, b: Elementwise) -> Elementwise { .combined(.product, a, b) }
  /// a/b.
  public static func / (a: Elementwise, b: Elementwise) -> Elementwise { .combined(.quotient, a, b) }

  /// max(a, 0).
  public var positivePart: Elementwise { .combined(.maximum, self, 0) }

  /// `then` where a < b, `otherwise` elsewhere.
  public static func `where`(
    _ a: Elementwise, isLessThan b: Elementwise, then: Elementwise, otherwise: Elementwise
  ) -> Elementwise {
    .choice(.less, a, b, then: then, otherwise: otherwise)
  }

  /// `then` where a = 0, `otherwise` elsewhere.
  public static func `where`(
    isZero a: Elementwise, then: Elementwise, otherwise: Elementwise
  ) -> Elementwise {
    .choice(.equal, a, 0, then: then, otherwise: otherwise)
  }
}

/// A formula over operands in host memory, evaluated block by block: a block stays in the first-level cache from one step
/// of the formula to the next.
struct ElementwiseEvaluation<Value: BinaryFloatingPoint> {
  let formula: Elementwise
  let operands: [UnsafeBufferPointer<Float>]

  /// Calls `body` with memory for the steps of the formula.
  func withScratch<R>(_ body: (UnsafeMutablePointer<Value>) -> R) -> R {
    withUnsafeTemporaryAllocation(of: Value.self, capacity: formula.steps * evaluationBlock) { memory in
      guard let start = memory.baseAddress else { preconditionFailure("a formula without memory") }
      return body(start)
    }
  }

  /// Calls `body` with the values of elements, block by block.
  func forEachBlock(
    of elements: Range<Int>, _ scratch: UnsafeMutablePointer<Value>,
    _ body: (_ first: Int, UnsafeBufferPointer<Value>) -> Void
  ) {
    for first in stride(from: elements.lowerBound, to: elements.upperBound, by: evaluationBlock) {
      let count = min(evaluationBlock, elements.upperBound - first)
      evaluate(formula, first, count, scratch)
      body(first, UnsafeBufferPointer(start: scratch, count: count))
    }
  }

  /// Writes the values of `count` elements to `y`; the memory behind the block of `y` is for what leads to them.
  private func evaluate(_ formula: Elementwise, _ first: Int, _ count: Int, _ y: UnsafeMutablePointer<Value>)
  {
    let b = y + evaluationBlock
    switch formula {
    case .constant(let value): y.update(repeating: Value(value), count: count)
    case .operand(let index, let each): load(operands[index], each, first, count, y)
    case .absolute(let inner):
      evaluate(inner, first, count, y)
      for i in 0..<count { y[i] = abs(y[i]) }
    case .combined(let combination, let left, let right):
      let l = elements(of: left, first, count)
      if l == nil { evaluate(left, first, count, y) }
      if case .constant(let value) = right {
        let r = Value(value)
        switch combination {
        case .sum: apply(l, y, count) { x, _ in x + r }
        case .difference: apply(l, y, count) { x, _ in x - r }
        case .product: apply(l, y, count) { x, _ in x * r }
        case .quotient: apply(l, y, count) { x, _ in x / r }
        case .maximum: apply(l, y, count) { x, _ in max(x, r) }
        }
        return
      }
      let direct = elements(of: right, first, count)
      if direct == nil { evaluate(right, first, count, b) }
      let r = direct ?? UnsafePointer(b)
      switch combination {
      case .sum: apply(l, y, count) { $0 + r[$1] }
      case .difference: apply(l, y, count) { $0 - r[$1] }
      case .product: apply(l, y, count) { $0 * r[$1] }
      case .quotient: apply(l, y, count) { $0 / r[$1] }
      case .maximum: apply(l, y, count) { max($0, r[$1]) }
      }
    case .choice(let comparison, let left, let right, let then, let otherwise):
      let l = values(of: left, first, count, y)
      let r = values(of: right, first, count, b)
      let c = values(of: then, first, count, b + evaluationBlock)
      let d = values(of: otherwise, first, count, b + 2 * evaluationBlock)
      switch comparison {
      case .equal: for i in 0..<count { y[i] = l[i] == r[i] ? c[i] : d[i] }
      case .less: for i in 0..<count { y[i] = l[i] < r[i] ? c[i] : d[i] }
      }
    }
  }

  /// The values of a formula, where they lie, or in `memory`.
  private func values(
    of formula: Elementwise, _ first: Int, _ count: Int, _ memory: UnsafeMutablePointer<Value>
  ) -> UnsafePointer<Value> {
    if let direct = elements(of: formula, first, count) { return direct }
    evaluate(formula, first, count, memory)
    return UnsafePointer(memory)
  }

  /// Where elements lie in an operand, so that they need no copy; nil where they don't, or are of another precision.
  private func elements(of formula: Elementwise, _ first: Int, _ count: Int) -> UnsafePointer<Value>? {
    guard Value.self == Float.self, case .operand(let index, each: 1) = formula else { return nil }
    let operand = operands[index]
    let source = first % operand.count
    guard source + count <= operand.count, let start = operand.baseAddress else { return nil }
    return UnsafeRawPointer(start + source).assumingMemoryBound(to: Value.self)
  }

  /// Sets `y` to a function of x and the place, x being in an operand, or in `y` itself.
  @inline(__always)
  private func apply(
    _ x: UnsafePointer<Value>?, _ y: UnsafeMutablePointer<Value>, _ count: Int,
    _ function: (Value, Int) -> Value
  ) {
    if let x {
      for i in 0..<count { y[i] = function(x[i], i) }
    } else {
      for i in 0..<count { y[i] = function(y[i], i) }
    }
  }

  /// Writes elements of an operand, repeated, to `y`.
  private func load(
    _ operand: UnsafeBufferPointer<Float>, _ each: Int, _ first: Int, _ count: Int,
    _ y: UnsafeMutablePointer<Value>
  ) {
    var done = 0
    while done < count {
      let (index, within) = (first + done).quotientAndRemainder(dividingBy: each)
      let source = index % operand.count
      if each == 1 {
        let run = min(count - done, operand.count - source)
        for i in 0..<run { y[done + i] = Value(operand[source + i]) }
        done += run
      } else {
        let run = min(count - done, each - within)
        (y + done).update(repeating: Value(operand[source]), count: run)
        done += run
      }
    }
  }
}

/// Elements that are evaluated together.
private let evaluationBlock = 512

extension Elementwise {
  /// Blocks of memory that an evaluation needs.
  fileprivate var steps: Int {
    switch self {
    case .constant, .operand: 1
    case .absolute(let inner): inner.steps
    case .combined(_, let left, let right): max(left.steps, right.steps + 1)
    case .choice(_, let left, let right, let then, let otherwise):
      max(left.steps, right.steps + 1, then.steps + 2, otherwise.steps + 3)
    }
  }
}
