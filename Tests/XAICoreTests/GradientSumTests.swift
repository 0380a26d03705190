import Testing
import XAICore
import XAITensor

struct GradientSumTests {
  @Test("parameters are added by name, and what is new is taken over")
  func sums() throws {
    let kernels = try Engine.makeKernels(threads: 2)
    let both = Tensor([4], [1, 2, 3, 4])
    var total = Gradients()
    // Slices of one storage, as the gradients of queries, keys and values are, must not be written into together.
    total.parameters = ["query": both[0..<2], "key": both[2..<4]]
    var part = Gradients()
    part.parameters = [
      "query": Tensor([2], [10, 20]), "key": Tensor([2], [30, 40]), "value": Tensor([1], [5]),
    ]
    total.addParameters(of: part, on: kernels)
    total.addParameters(of: part, on: kernels)
    #expect(total.parameters.mapValues(\.elements) == ["query": [21, 42], "key": [63, 84], "value": [10]])
    #expect(both.elements == [1, 2, 3, 4])
    #expect(part.parameters["value"]?.elements == [5])
  }
}
