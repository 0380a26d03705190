import CVectorKernels

/// A formula over operands in host memory, evaluated block by block: a block stays in the first-level cache from one step
/// of the formula to the next.
struct ElementwiseEvaluation<Value: FormulaPrecision> {
  let formula: Elementwise
  let operands: [UnsafeBufferPointer<Float>]

  /// Calls `body` with memory for one block of values, and for what leads to them.
  func withScratch<R>(_ body: (UnsafeMutablePointer<Value>) -> R) -> R {
    withUnsafeTemporaryAllocation(of: Value.self, capacity: (formula.steps + 1) * evaluationBlock) { memory in
      guard let start = memory.baseAddress else { fatalError("a formula without memory") }
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
      evaluate(formula, first, count, to: scratch, scratch + evaluationBlock)
      body(first, UnsafeBufferPointer(start: scratch, count: count))
    }
  }

  /// Writes the values of the first `count` elements.
  func write(_ count: Int, to result: UnsafeMutablePointer<Value>) {
    withScratch { scratch in
      for first in stride(from: 0, to: count, by: evaluationBlock) {
        evaluate(formula, first, min(evaluationBlock, count - first), to: result + first, scratch)
      }
    }
  }

  /// Writes the values of `count` elements to `y`; `memory` is for what leads to them.
  private func evaluate(
    _ formula: Elementwise, _ first: Int, _ count: Int, to y: UnsafeMutablePointer<Value>,
    _ memory: UnsafeMutablePointer<Value>
  ) {
    switch formula {
    case .constant(let value): y.update(repeating: Value(value), count: count)
    case .operand(let index, let each): load(operands[index], each, first, count, y)
    case .absolute(let inner):
      Value.writeSizes(of: values(of: inner, first, count, y, memory), count, to: y)
    case .combined(let combination, let left, let right):
      let l = values(of: left, first, count, y, memory)
      if case .constant(let value) = right {
        return Value.combine(combination, l, nil, Value(value), count, to: y)
      }
      let r = values(of: right, first, count, memory, memory + evaluationBlock)
      Value.combine(combination, l, r, 0, count, to: y)
    case .choice(let comparison, let left, let right, let then, let otherwise):
      let (second, third) = (memory + evaluationBlock, memory + 2 * evaluationBlock)
      let l = values(of: left, first, count, y, memory)
      let r = values(of: right, first, count, memory, second)
      let c = values(of: then, first, count, second, third)
      let d = values(of: otherwise, first, count, third, third + evaluationBlock)
      Value.choose(comparison, l, r, c, d, count, to: y)
    }
  }

  /// The values of a formula, where they lie, or in `y`.
  private func values(
    of formula: Elementwise, _ first: Int, _ count: Int, _ y: UnsafeMutablePointer<Value>,
    _ memory: UnsafeMutablePointer<Value>
  ) -> UnsafePointer<Value> {
    if let direct = elements(of: formula, first, count) { return direct }
    evaluate(formula, first, count, to: y, memory)
    return UnsafePointer(y)
  }

  /// Where elements lie in an operand, so that they need no copy; nil where they don't, or are of another precision.
  private func elements(of formula: Elementwise, _ first: Int, _ count: Int) -> UnsafePointer<Value>? {
    guard Value.self == Float.self, case .operand(let index, each: 1) = formula else { return nil }
    let operand = operands[index]
    let source = first % operand.count
    guard source + count <= operand.count, let start = operand.baseAddress else { return nil }
    return UnsafeRawPointer(start + source).assumingMemoryBound(to: Value.self)
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
private let evaluationBlock = 1_024

extension Elementwise {
  /// Blocks of memory that lead to a block of values.
  fileprivate var steps: Int {
    switch self {
    case .constant, .operand: 0
    case .absolute(let inner): inner.steps
    case .combined(_, let left, let right): max(left.steps, right.steps + 1)
    case .choice(_, let left, let right, let then, let otherwise):
      max(left.steps, right.steps + 1, then.steps + 2, otherwise.steps + 3)
    }
  }
}

/// A precision that formulas are evaluated in: their steps, on `count` elements each.
protocol FormulaPrecision: BinaryFloatingPoint {
  /// Two numbers in one; the second is a constant where `b` is nil.
  static func combine(
    _ combination: Elementwise.Combination, _ a: UnsafePointer<Self>, _ b: UnsafePointer<Self>?,
    _ constant: Self, _ count: Int, to y: UnsafeMutablePointer<Self>)

  /// `then` or `otherwise`, by the comparison of a and b.
  static func choose(
    _ comparison: Elementwise.Comparison, _ a: UnsafePointer<Self>, _ b: UnsafePointer<Self>,
    _ then: UnsafePointer<Self>, _ otherwise: UnsafePointer<Self>, _ count: Int,
    to y: UnsafeMutablePointer<Self>)

  /// Absolute values.
  static func writeSizes(of x: UnsafePointer<Self>, _ count: Int, to y: UnsafeMutablePointer<Self>)
}

/// On vector instructions; all of them give the same bits.
extension Float: FormulaPrecision {
  private static let vector: VectorKernels = {
    guard let kernels = InstructionSet.available.last?.vectorKernels else {
      fatalError("the baseline's kernels are part of every build")
    }
    return kernels
  }()

  static func combine(
    _ combination: Elementwise.Combination, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>?,
    _ constant: Float, _ count: Int, to y: UnsafeMutablePointer<Float>
  ) {
    let code =
      switch combination {
      case .sum: XAI_SUM
      case .difference: XAI_DIFFERENCE
      case .product: XAI_PRODUCT
      case .quotient: XAI_QUOTIENT
      case .maximum: XAI_MAXIMUM
      }
    vector.functions.combine(code, a, b, constant, count, y)
  }

  static func choose(
    _ comparison: Elementwise.Comparison, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
    _ then: UnsafePointer<Float>, _ otherwise: UnsafePointer<Float>, _ count: Int,
    to y: UnsafeMutablePointer<Float>
  ) {
    vector.functions.choose(comparison == .equal ? XAI_EQUAL : XAI_LESS, a, b, then, otherwise, count, y)
  }

  static func writeSizes(of x: UnsafePointer<Float>, _ count: Int, to y: UnsafeMutablePointer<Float>) {
    vector.functions.absolute(x, count, y)
  }
}

extension Double: FormulaPrecision {
  static func combine(
    _ combination: Elementwise.Combination, _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>?,
    _ constant: Double, _ count: Int, to y: UnsafeMutablePointer<Double>
  ) {
    for i in 0..<count {
      let (l, r) = (a[i], b?[i] ?? constant)
      switch combination {
      case .sum: y[i] = l + r
      case .difference: y[i] = l - r
      case .product: y[i] = l * r
      case .quotient: y[i] = l / r
      case .maximum: y[i] = max(l, r)
      }
    }
  }

  static func choose(
    _ comparison: Elementwise.Comparison, _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>,
    _ then: UnsafePointer<Double>, _ otherwise: UnsafePointer<Double>, _ count: Int,
    to y: UnsafeMutablePointer<Double>
  ) {
    for i in 0..<count {
      let holds = comparison == .equal ? a[i] == b[i] : a[i] < b[i]
      y[i] = holds ? then[i] : otherwise[i]
    }
  }

  static func writeSizes(of x: UnsafePointer<Double>, _ count: Int, to y: UnsafeMutablePointer<Double>) {
    for i in 0..<count { y[i] = abs(x[i]) }
  }
}
