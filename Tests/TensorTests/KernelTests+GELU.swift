import Foundation
import Testing

@testable import XAITensor

struct GELUTests {
  /// From the far tail to the far right, and every size around 0.
  private let inputs: [Float] =
    (-14_000...14_000).map { Float($0) * 1e-3 }
    + (-120...10).flatMap { [exp2f(Float($0)), -exp2f(Float($0))] }
    + [0, -0.0, 1e30, 3e38]

  /// |GELU(x) − x·Φ(x)| below 1e-7·|x|: an error function within 2e-7.
  @Test(arguments: KernelsUnderTest.all)
  func forward(_ test: KernelsUnderTest) {
    let y = test.kernels.gelu(Tensor([inputs.count], inputs))
    expectEqual(
      y.elements, inputs.map { Naive.gelu(Double($0)) }, within: { 1e-7 * Double(abs(inputs[$0])) + 1e-37 })
  }

  @Test(arguments: KernelsUnderTest.all)
  func backward(_ test: KernelsUnderTest) {
    var random = TestRandom()
    let (count, repetitions) = (inputs.count, 2)
    let dy = random.tensor([repetitions, count])
    var buffer = dy.buffer()
    test.kernels.geluBackward(Tensor([count], inputs), gradient: &buffer)
    let expected = dy.doubles.enumerated().map { $1 * Naive.geluSlope(Double(inputs[$0 % count])) }
    expectEqual(buffer.freeze(), expected, within: 5e-7)
  }

  @Test(arguments: KernelsUnderTest.all)
  func ratio(_ test: KernelsUnderTest) {
    var random = TestRandom()
    let count = inputs.count
    let dy = random.tensor([2, count])
    var buffer = dy.buffer()
    test.kernels.geluRatio(Tensor([count], inputs), gradient: &buffer)
    let expected = dy.doubles.enumerated().map { index, dy in
      let x = Double(inputs[index % count])
      return dy * (x == 0 ? 0.5 : Naive.gelu(x) / x)
    }
    expectEqual(buffer.freeze(), expected, within: 5e-7)
  }

  /// What training asks for at once is the same, bit for bit, as what it would ask for one after the other.
  @Test(arguments: KernelsUnderTest.all)
  func forwardWithBackward(_ test: KernelsUnderTest) {
    var random = TestRandom()
    let (x, dy) = (Tensor([inputs.count], inputs), random.tensor([inputs.count]))
    var alone = dy.buffer()
    var together = dy.buffer()
    test.kernels.geluBackward(x, gradient: &alone)
    let y = test.kernels.geluWithBackward(x, gradient: &together)
    #expect(y.elements == test.kernels.gelu(x).elements)
    let (dx, expected) = (together.freeze(), alone.freeze())
    #expect(dx.elements == expected.elements)
    expectEqual(
      y.elements, inputs.map { Naive.gelu(Double($0)) }, within: { 1e-7 * Double(abs(inputs[$0])) + 1e-37 })
    expectEqual(
      dx, dy.doubles.enumerated().map { $1 * Naive.geluSlope(Double(inputs[$0])) }, within: 5e-7)
  }

  @Test(arguments: KernelsUnderTest.all)
  func nonFiniteElements(_ test: KernelsUnderTest) {
    let y = test.kernels.gelu(Tensor([3], [.nan, .infinity, 1])).elements
    #expect(y[0].isNaN && y[1] == .infinity && abs(y[2] - 0.841344746) < 1e-6)
    #expect(test.kernels.gelu(Tensor([0], [])).count == 0)
  }
}
