import Testing

@testable import XAITensor

/// One implementation, by a name that failures show.
struct KernelsUnderTest: CustomTestStringConvertible, Sendable {
  var kernels: any Kernels
  /// How far an element of a product may be from the formula, relative to Σ|a||b| + |bias| + |residual|, which bounds the
  /// rounding errors of any order of summation: 16 units in the last place, where the worst order of K = 1601 would allow
  /// as many.
  var productTolerance = 16 * 0x1p-24
  /// How far attention may be from the formula where scores reach 30, whose unit in the last place is 2e-6.
  var attentionTolerance = 5e-6
  var testDescription: String { kernels.name }

  /// Everything that is tested: each instruction set with as many threads as processors, each other build, and split
  /// factors, whose three parts that are left out are of 2⁻¹⁶ each at most.
  static let all: [KernelsUnderTest] =
    InstructionSet.available.map {
      KernelsUnderTest(kernels: PortableKernels(instructionSet: $0, threads: 3))
    }
    + KernelSelection.availableKernels.filter { $0 != "portable" }
    .compactMap { try? KernelsUnderTest(kernels: KernelSelection.makeKernels(named: $0)) }
    + [PortableKernels(precision: .bfloat16x3, threads: 3)].compactMap {
      $0.map {
        KernelsUnderTest(
          kernels: $0, productTolerance: 3 * 0x1p-16 + 16 * 0x1p-24, attentionTolerance: 5e-5)
      }
    }
}

/// Pseudorandom numbers that are the same in every run: Steele, Lea and Flood's SplitMix64.
struct TestRandom: RandomNumberGenerator {
  var state: UInt64

  init(seed: UInt64 = 1) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// A tensor of uniform numbers.
  mutating func tensor(_ shape: TensorShape, in range: ClosedRange<Float> = -1...1) -> Tensor {
    Tensor(shape, (0..<shape.count).map { _ in Float.random(in: range, using: &self) })
  }
}

/// Compares element by element; a failure names the element that is furthest out of its tolerance.
///
/// Two NaN are equal, and so are two equal infinities.
func expectEqual(
  _ actual: [Float], _ expected: [Double], within tolerance: (Int) -> Double, _ what: String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  guard actual.count == expected.count else {
    Issue.record(
      "\(actual.count) elements instead of \(expected.count) \(what)", sourceLocation: sourceLocation)
    return
  }
  var worst: (index: Int, excess: Double)?
  for (index, (a, e)) in zip(actual, expected).enumerated() {
    if a.isNaN && e.isNaN || Double(a) == e { continue }
    let error = abs(Double(a) - e)
    let excess = error.isNaN ? .infinity : error / tolerance(index)
    if !(excess <= worst?.excess ?? 1) { worst = (index, excess) }
  }
  if let worst {
    Issue.record(
      """
      element \(worst.index) is \(actual[worst.index]) instead of \(expected[worst.index]), \
      \(worst.excess) times the tolerance \(what)
      """, sourceLocation: sourceLocation)
  }
}

/// The same with one tolerance for all elements.
func expectEqual(
  _ actual: Tensor, _ expected: [Double], within tolerance: Double, _ what: String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  expectEqual(
    actual.elements, expected, within: { _ in tolerance }, what, sourceLocation: sourceLocation)
}

extension Tensor {
  /// The elements in double precision.
  var doubles: [Double] { elements.map(Double.init) }

  /// The rows in double precision.
  var doubleRows: [[Double]] {
    let columns = shape.extents.last ?? 1
    let all = doubles
    return columns == 0 ? [] : (0..<all.count / columns).map { Array(all[$0 * columns..<($0 + 1) * columns]) }
  }

  /// A buffer with a copy of the elements.
  func buffer() -> TensorBuffer {
    var buffer = TensorBuffer(shape)
    let elements = elements
    buffer.withElements { destination in _ = destination.update(fromContentsOf: elements) }
    return buffer
  }
}
