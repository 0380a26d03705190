import Testing
import XAICPLRP
import XAICore
import XAIFoundation
import XAIInputXGradient
import XAITensor
import XAITesting

/// Input × Gradient against its formula, pixel by pixel.
@Suite("Input × Gradient formula") struct InputXGradientTests {
  @Test("on every layout", arguments: ToyModel.all, PatchReduction.allCases)
  func formula(_ toy: ToyModel, _ reduction: PatchReduction) throws {
    let model = toy.make(on: AvailableKernels.preferred.make())
    var random = SeededRandom(seed: 8)
    let input = random.normal([2, 3, 12, 12])
    var options = InputXGradientOptions()
    options.reduce = reduction
    let maps = try InputXGradient(options: options).explain(input, targets: .classes([1, 4]), using: model)
    for image in 0..<2 {
      for (target, classIndex) in [1, 4].enumerated() {
        let gradient = try model.inputGradient(at: input[image], along: model.direction(of: classIndex))
        let products = zip(input[image].elements, gradient.elements).map {
          reduction == .abs ? abs($0 * $1) : $0 * $1
        }
        let scores = patchSums(of: products, gradient.shape, grid: toy.layout.grid)
        let largest = scores.reduce(0) { max($0, abs($1)) }
        expectClose(
          maps[image][target].scores, scores.map { Float($0) }, within: Float(1e-5 * largest),
          "\(toy) \(reduction)")
      }
    }
  }

  @Test("with LibraGrad's constants it is CP-LRP's relevance, except for gates")
  func libra() throws {
    for (toy, isSame) in [(ToyModel.classToken, true), (.relative, true), (.gated, false)] {
      let model = toy.make(on: AvailableKernels.preferred.make())
      var random = SeededRandom(seed: 8)
      let input = random.normal([2, 3, 12, 12])
      var options = InputXGradientOptions()
      options.backward = .libra
      let maps = try InputXGradient(options: options).explain(input, targets: .classes([1, 4]), using: model)
      let relevance = try CPLRP().explain(input, targets: .classes([1, 4]), using: model)
      #expect((maps.map { $0.map(\.scores) } == relevance.map { $0.map(\.scores) }) == isSame, "\(toy)")
    }
  }

  @Test("a black input after normalisation has nothing to give")
  func zero() throws {
    let model = ToyModel.classToken.make(on: AvailableKernels.preferred.make())
    let map = try InputXGradient().explain(Tensor(repeating: 0, [1, 3, 12, 12]), using: model)[0][0]
    #expect(map.isDegenerate && map.scores[0] == 0)
  }
}
