import Foundation
import Testing
import XAI
import XAIFoundation
import XAITesting

@testable import XAITraining

@Suite struct AdamTests {
  /// Algorithm 1 of Kingma and Ba, and 2 of Loshchilov and Hutter, in double, an element at a time.
  private func naive(
    _ recipe: Recipe, weight: Double, gradients: [Double], decays: Bool, rate: Double
  ) -> Double {
    var (w, m, v) = (weight, 0.0, 0.0)
    for (t, gradient) in gradients.enumerated() {
      var g = gradient
      if decays, recipe.rule == .adam { g += recipe.weightDecay * w }
      if decays, recipe.rule == .adamW { w -= rate * recipe.weightDecay * w }
      m = recipe.beta1 * m + (1 - recipe.beta1) * g
      v = recipe.beta2 * v + (1 - recipe.beta2) * g * g
      let (mHat, vHat) = (
        m / (1 - pow(recipe.beta1, Double(t + 1))), v / (1 - pow(recipe.beta2, Double(t + 1)))
      )
      w -= rate * mHat / (vHat.squareRoot() + recipe.epsilon)
    }
    return w
  }

  @Test("follows the formula", arguments: ["adam", "adamw"], [true, false])
  func formula(rule: String, decays: Bool) throws {
    let recipe = try recipe(("optimizer", rule), ("weight-decay", "0.1"), ("beta2", "0.99"))
    var random = SeededRandom(seed: 1)
    let first = random.normal([5, 7])
    let gradients = (0..<20).map { _ in random.normal([5, 7], standardDeviation: 0.1) }
    var weights = [first]
    var adam = Adam(recipe: recipe, shapes: [[5, 7]])
    for (step, gradient) in gradients.enumerated() {
      adam.update(
        &weights, trained: [0], gradients: [gradient], decays: [decays], gradientScale: 2, learningRate: 0.01,
        step: step)
    }
    let expected = first.elements.indices.map { index in
      Float(
        naive(
          recipe, weight: Double(first.elements[index]),
          gradients: gradients.map { 2 * Double($0.elements[index]) }, decays: decays, rate: 0.01))
    }
    expectClose(weights[0].elements, expected, within: 2e-6, "weights")
  }

  @Test("changes weights that nothing else looks at in place, and leaves others alone")
  func memory() throws {
    var adam = Adam(recipe: Recipe(), shapes: [[1000], [1000]])
    var weights = [Tensor(repeating: 1, [1000]), Tensor(repeating: 5, [1000]), Tensor(repeating: 1, [1000])]
    let address = weights[0].withElements { $0.baseAddress }
    func update(step: Int) {
      adam.update(
        &weights, trained: [0, 2], gradients: [Tensor(repeating: 1, [1000]), Tensor(repeating: -1, [1000])],
        decays: [false, false], gradientScale: 1, learningRate: 0.1, step: step)
    }
    update(step: 0)
    #expect(weights[0].withElements { $0.baseAddress } == address)
    #expect(weights[1].elements.allSatisfy { $0 == 5 })
    #expect(weights[0].elements.allSatisfy { $0 < 1 } && weights[2].elements.allSatisfy { $0 > 1 })
    let kept = weights[0]
    let values = kept.elements
    update(step: 1)
    #expect(kept.elements == values)
    #expect(weights[0].elements != values)
  }

  @Test("the norm of the gradients is the root of all squares")
  func norm() {
    var sum = GradientSum(parameterCount: 2)
    sum.add([Tensor([11], (1...11).map(Float.init)), Tensor([1, 2], [1, 2])])
    sum.add([Tensor([11], Array(repeating: 1, count: 11)), Tensor([1, 2], [2, 2])])
    let squares = (2...12).map { Double($0 * $0) }.reduce(25, +)
    #expect(abs(sum.norm - squares.squareRoot()) < 1e-12)
  }
}
