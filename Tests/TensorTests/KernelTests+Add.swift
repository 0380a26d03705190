import Testing

@testable import XAITensor

struct AddTests {
  /// Every element once, whatever the vectors and blocks that the count is cut into.
  @Test(arguments: KernelsUnderTest.all, [0, 1, 15, 16, 17, 4_097, 100_003])
  func sums(_ test: KernelsUnderTest, count: Int) {
    var random = TestRandom()
    let (x, y) = (random.tensor([count]), random.tensor([count]))
    var sum = y.buffer()
    test.kernels.add(x, to: &sum)
    let elements = sum.freeze().elements
    #expect(elements == zip(x.elements, y.elements).map { $0 + $1 })
  }
}
