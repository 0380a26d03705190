import Testing
import XAICore
import XAIFoundation
import XAIIntegratedGradients
import XAITensor
import XAITesting

/// Integrated Gradients against one pass after the other, and what follows from its definition.
@Suite("Integrated Gradients formula") struct IntegratedGradientsTests {
  private let random: Tensor = {
    var random = SeededRandom(seed: 8)
    return random.normal([2, 3, 12, 12])
  }()

  @Test("the trapezoidal rule, step by step", arguments: ToyModel.all)
  func formula(_ toy: ToyModel) throws {
    let model = toy.make(on: AvailableKernels.preferred.make())
    for (baseline, level) in [(Fill.zero, Float(0)), (.black, -1)] {
      var options = IntegratedGradientsOptions()
      (options.steps, options.rule, options.baseline) = (6, .trapezoid, baseline)
      let maps = try IntegratedGradients(options: options).explain(
        random, targets: .classes([3, 0]), using: model)
      for image in 0..<2 {
        for (target, classIndex) in [3, 0].enumerated() {
          let pixels = random[image].elements
          var values = [Float](repeating: 0, count: pixels.count)
          for step in 0..<6 {
            let at = pixels.map { level + Float(step) / 5 * ($0 - level) }
            let gradient = try model.inputGradient(
              at: Tensor(random[image].shape, at), along: model.direction(of: classIndex)
            ).elements
            let weight: Float = step == 0 || step == 5 ? 0.1 : 0.2
            for index in pixels.indices {
              values[index] += weight * gradient[index] * (pixels[index] - level)
            }
          }
          let scores = patchSums(of: values, random[image].shape, grid: toy.layout.grid)
          let largest = Float(scores.reduce(0) { max($0, abs($1)) })
          expectClose(
            maps[image][target].scores, scores.map { Float($0) }, within: 1e-4 * largest, "\(toy) \(baseline)"
          )
        }
      }
    }
  }

  @Test("completeness: scores sum to what the class gains", arguments: Fill.allCases)
  func completeness(_ baseline: Fill) throws {
    let model = ToyModel.classToken.make(on: AvailableKernels.preferred.make())
    var options = IntegratedGradientsOptions()
    (options.steps, options.baseline) = (64, baseline)
    let map = try IntegratedGradients(options: options).explain(random, targets: .classes([2]), using: model)[
      0][0]
    let start = baseline.input(hiding: random[0], preprocessing: model.descriptor.preprocessing)
    let logits = try model.logits(Tensor([2, 3, 12, 12], random[0].elements + start.elements))
    let gain = logits[0].elements[2] - logits[1].elements[2]
    #expect(abs(gain) > 0.01)
    #expect(abs(map.scores.reduce(0, +) - gain) < 0.02 * max(abs(gain), 0.1))
    let gap = try #require(map.diagnostics.completenessGap)
    #expect(abs(gap - (map.scores.reduce(0, +) - gain)) < 1e-4)
  }

  @Test("more steps leave a smaller gap")
  func convergence() throws {
    let model = ToyModel.classToken.make(on: AvailableKernels.preferred.make())
    let gaps = try [3, 128].map { steps -> Float in
      var options = IntegratedGradientsOptions()
      options.steps = steps
      let map = try IntegratedGradients(options: options).explain(
        random, targets: .classes([2]), using: model)[1][0]
      return abs(try #require(map.diagnostics.completenessGap))
    }
    #expect(gaps[1] < gaps[0] / 4)
  }

  @Test("what isn't the derivative has no gap: it integrates to something else")
  func libra() throws {
    let model = ToyModel.classToken.make(on: AvailableKernels.preferred.make())
    var options = IntegratedGradientsOptions()
    (options.steps, options.backward) = (64, .libra)
    let map = try IntegratedGradients(options: options).explain(random, targets: .classes([2]), using: model)[
      0][0]
    #expect(map.diagnostics.completenessGap == nil)
    let logits = try model.logits(
      Tensor([2, 3, 12, 12], random[0].elements + random[0].elements.map { $0 * 0 }))
    let gain = logits[0].elements[2] - logits[1].elements[2]
    #expect(abs(map.scores.reduce(0, +) - gain) > 0.05 * abs(gain))
  }

  @Test("with contrast, scores sum to what the class gains on the other")
  func contrast() throws {
    let model = ToyModel.registers.make(on: AvailableKernels.preferred.make())
    var options = IntegratedGradientsOptions()
    (options.steps, options.contrast) = (128, .classIndex(4))
    let map = try IntegratedGradients(options: options).explain(random, targets: .classes([1]), using: model)[
      0][0]
    let logits = try model.logits(
      Tensor([2, 3, 12, 12], random[0].elements + random[0].elements.map { $0 * 0 }))
    let margins = (0..<2).map { logits[$0].elements[1] - logits[$0].elements[4] }
    #expect(
      abs(map.scores.reduce(0, +) - (margins[0] - margins[1])) < 0.02 * abs(margins[0] - margins[1]) + 1e-3)
  }
}
