import Foundation
import Testing
import XAI
import XAIFoundation
import XAITesting

@testable import XAITraining

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

  @Test("label smoothing against the formula, and the gradient against differences of the loss")
  func smoothing() {
    var random = SeededRandom(seed: 5)
    let (rows, classes, smoothing) = (3, 7, 0.1)
    let logits = random.normal([rows, classes], standardDeviation: 3)
    let labels = [2, 0, 6]
    func loss(_ z: [Double]) -> Double {
      (0..<rows).reduce(0.0) { sum, row in
        let row = (z: Array(z[row * classes..<(row + 1) * classes]), label: labels[row])
        let total = log(row.z.map { exp($0) }.reduce(0, +))
        return sum
          - row.z.indices.reduce(0.0) { sum, k in
            let q = smoothing / Double(classes) + (k == row.label ? 1 - smoothing : 0)
            return sum + q * (row.z[k] - total)
          }
      }
    }
    let result = CrossEntropy(smoothing: Float(smoothing))(logits, labels: labels, scale: 1)
    let z = logits.elements.map(Double.init)
    #expect(abs(result.lossSum - loss(z)) < 1e-6)
    let differences = z.indices.map { index -> Float in
      var (up, down) = (z, z)
      up[index] += 1e-5
      down[index] -= 1e-5
      return Float((loss(up) - loss(down)) / 2e-5)
    }
    expectClose(result.gradient.elements, differences, within: 1e-6, "gradient")
  }

  @Test("logits of any size give finite losses")
  func extremes() {
    let result = CrossEntropy()(Tensor([1, 3], [1e30, -1e30, 0]), labels: [0], scale: 1)
    #expect(result.lossSum == 0)
    #expect(result.gradient.elements == [0, 0, 0])
  }
}
