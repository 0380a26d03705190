import Foundation
import Testing
import XAITensor
import XAITesting
import XAITraining

@Suite struct CrossEntropyTests {
  @Test("is −log p of the class, and its gradient (p − q) · scale")
  func twoClasses() {
    let result = CrossEntropy()(Tensor([2, 2], [0, 0, 2, 0]), labels: [0, 1], scale: 0.5)
    // p = (1/2, 1/2) and (σ(2), σ(−2)).
    let sigma = 1 / (1 + exp(-2.0))
    #expect(abs(result.lossSum - (log(2) - log(1 - sigma))) < 1e-12)
    #expect(result.correctCount == 1)
    expectClose(
      result.gradient.elements, [-0.25, 0.25, Float(sigma / 2), Float(-sigma / 2)], within: 1e-7, "gradient")
  }
}
