import Foundation
import Testing

@testable import XAITensor

struct SoftmaxTests {
  static let widths = [1, 2, 3, 4, 5, 15, 16, 17, 31, 33, 197]

  @Test(arguments: KernelsUnderTest.all)
  func rows(_ test: KernelsUnderTest) {
    for columns in Self.widths {
      var random = TestRandom()
      let x = random.tensor([2, 3, columns], in: -20...20)
      var buffer = x.buffer()
      test.kernels.softmax(rowsOf: &buffer)
      let expected = x.doubleRows.flatMap(Naive.softmax)
      expectEqual(
        buffer.freeze().elements, expected, within: { 1e-9 + 1e-6 * expected[$0] }, "in rows of \(columns)")
    }
  }

  @Test(arguments: KernelsUnderTest.all)
  func extremeRows(_ test: KernelsUnderTest) {
    let infinity = Float.infinity
    let rows: [([Float], [Double])] = [
      ([-infinity, 0, -infinity, 0, -infinity], [0, 0.5, 0, 0.5, 0]),
      ([7, 7, 7, 7, 7], [0.2, 0.2, 0.2, 0.2, 0.2]),
      ([3e38, -3e38, 0, 3e38, 1], [0.5, 0, 0, 0.5, 0]),
      ([-1e30, -1e30, -1e30, -1e30, -1e30], [0.2, 0.2, 0.2, 0.2, 0.2]),
      ([1000, 999, -infinity, -1000, 0], [0.7310585786300049, 0.2689414213699951, 0, 0, 0]),
      ([0, .nan, 1, 2, 3], [.nan, .nan, .nan, .nan, .nan]),
      ([0, 1, 2, 3, .nan], [.nan, .nan, .nan, .nan, .nan]),
    ]
    for (row, expected) in rows {
      var buffer = Tensor([1, 5], row).buffer()
      test.kernels.softmax(rowsOf: &buffer)
      expectEqual(buffer.freeze(), expected, within: 1e-7, "of \(row)")
    }
  }

  @Test(arguments: KernelsUnderTest.all)
  func emptyRows(_ test: KernelsUnderTest) {
    for shape in [[0, 5], [3, 0]] as [TensorShape] {
      var buffer = TensorBuffer(shape)
      test.kernels.softmax(rowsOf: &buffer)
      #expect(buffer.freeze().count == 0)
    }
  }

  /// The gradient, with one output for each row and with one for several.
  @Test(arguments: KernelsUnderTest.all)
  func backward(_ test: KernelsUnderTest) {
    for columns in Self.widths {
      for repetitions in [1, 3] {
        var random = TestRandom()
        let y = Tensor(
          [4, columns], random.tensor([4, columns]).doubleRows.flatMap(Naive.softmax).map(Float.init))
        let dy = random.tensor([repetitions, 4, columns], in: -3...3)
        var buffer = dy.buffer()
        test.kernels.softmaxBackward(output: y, gradient: &buffer)
        let outputs = y.doubleRows
        let expected = dy.doubleRows.enumerated().flatMap { index, row in
          Naive.softmaxBackward(output: outputs[index % 4], gradient: row)
        }
        expectEqual(
          buffer.freeze(), expected, within: 2e-7,
          "in rows of \(columns), outputs repeated \(repetitions) times")
      }
    }
  }
}
