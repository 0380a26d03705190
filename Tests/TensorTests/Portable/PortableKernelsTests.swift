import CVectorKernels
import Foundation
import Testing

@testable import XAITensor

struct PortableKernelsTests {
  /// exp over everything that softmax can ask for, against the C library in double precision.
  @Test(arguments: InstructionSet.available)
  func exponentialWithinTwoUnits(_ set: InstructionSet) throws {
    let functions = try #require(set.vectorKernels).functions
    let inputs = (0...200_000).map { -Float($0) * 87.33 / 200_000 } + (1...126).map { -exp2f(-Float($0)) }
    var values = inputs
    functions.exponential(&values, values.count)
    var (worst, place) = (0.0, Float(0))
    for (x, value) in zip(inputs, values) {
      let exact = exp(Double(x))
      let units = abs(Double(value) - exact) / Double(Float(exact).ulp)
      if units > worst { (worst, place) = (units, x) }
    }
    #expect(worst < 1.2, "\(worst) units in the last place at \(place)")
  }

  @Test(arguments: InstructionSet.available)
  func exponentialAtTheEdges(_ set: InstructionSet) throws {
    let functions = try #require(set.vectorKernels).functions
    var values: [Float] = [0, -0.0, -.infinity, -100, -1e30, .nan]
    functions.exponential(&values, values.count)
    #expect(values.prefix(5) == [1, 1, 0, 0, 0])
    #expect(values[5].isNaN)
  }

  /// GELU and its gradient in pieces: at their ends, in the last piece, which is 0, and beyond.
  @Test(arguments: InstructionSet.available)
  func geluInPieces(_ set: InstructionSet) {
    let pieces = (0...32).flatMap { piece -> [Float] in
      let end = Float(piece) * 6 / 32
      return [end.nextDown, end, end.nextUp, end + 0.07, end + 0.13]
    }
    let inputs = pieces + pieces.map { -$0 } + [7, 20, -20, 1e30, -1e30]
    let kernels = PortableKernels(instructionSet: set, threads: 1)
    let x = Tensor([inputs.count], inputs)
    expectEqual(
      kernels.gelu(x).elements, inputs.map { Naive.gelu(Double($0)) },
      within: { 1.2e-7 * Double(abs(inputs[$0])) + 1e-44 })
    var gradient = TensorBuffer([inputs.count])
    gradient.withElements { for index in $0.indices { $0[index] = 1 } }
    kernels.geluBackward(x, gradient: &gradient)
    expectEqual(gradient.freeze().elements, inputs.map { Naive.geluSlope(Double($0)) }, within: { _ in 2e-7 })
  }

  /// Φ keeps its relative accuracy far into the tail, where 1 + erf has lost it; except for AVX-512, whose pieces are as
  /// near as 1 + erf.
  @Test(arguments: InstructionSet.available.filter { $0 != .avx512 })
  func tailOfTheNormalDistribution(_ set: InstructionSet) {
    let inputs = (1_000...8_000).map { -Float($0) * 1e-3 }
    let y = PortableKernels(instructionSet: set, threads: 1).gelu(Tensor([inputs.count], inputs))
    let expected = inputs.map { Naive.gelu(Double($0)) }
    // The rounding of x² in exp(−x²/2) costs x²/2 units.
    expectEqual(
      y.elements, expected, within: { (6e-7 + Double(inputs[$0] * inputs[$0]) * 6e-8) * abs(expected[$0]) })
  }

  @Test(arguments: InstructionSet.available)
  func peakIsCounted(_ set: InstructionSet) {
    #expect(set.runPeak(rounds: 10) > 0)
  }

  /// Several threads share one set of kernels.
  @Test func concurrentCalls() async {
    let kernels = PortableKernels(threads: 2)
    let a = MatrixOperand(rowsOf: Tensor(repeating: 0.5, [150, 150]))
    let sums = await withTaskGroup(of: Float.self, returning: [Float].self) { group in
      for _ in 0..<8 {
        group.addTask {
          var sum: Float = 0
          for _ in 0..<5 {
            var buffer = TensorBuffer([150, 150])
            kernels.multiply(a, a, into: &buffer, MatrixLayout(rows: 150, columns: 150), .plain)
            sum += buffer.freeze().elements.reduce(0, +)
          }
          return sum
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(sums == Array(repeating: 5 * 150 * 150 * 37.5, count: 8))
  }

  /// The number of threads changes neither values nor their rounding.
  @Test func resultsDoNotDependOnThreads() {
    var random = TestRandom()
    let x = random.tensor([333, 96])
    let w = MatrixOperand(rowsOf: random.tensor([200, 96])).transposed
    let results = [1, 2, 5].map { threads in
      let kernels = PortableKernels(threads: threads)
      var buffer = TensorBuffer([333, 200])
      kernels.multiply(
        MatrixOperand(rowsOf: x), w, into: &buffer, MatrixLayout(rows: 333, columns: 200), .plain)
      return buffer.freeze().elements + kernels.columnSums(x).elements
    }
    #expect(results[0] == results[1] && results[0] == results[2])
  }
}
