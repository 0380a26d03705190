import Testing
import XAICore
import XAIFoundation
import XAILeGrad
import XAITensor
import XAITesting

/// LeGrad's reduction against its formula, and what follows from its definition on real blocks.
@Suite("LeGrad") struct LeGradTests {
  /// Σ_l 1/(H·N)·Σ_h Σ_i ReLU(G)_hij.
  private func naive(_ model: ScriptedModel, image: Int, classIndex: Int, start: Int) -> [Double] {
    let (layout, heads) = (model.descriptor.layout, model.descriptor.headCount)
    var sums = [Double](repeating: 0, count: layout.tokenCount)
    for layer in start..<model.descriptor.layerCount {
      for head in 0..<heads {
        let gradient = model.attentionGradientMatrix(
          layer: layer, image: image, head: head, classIndex: classIndex)
        for i in 0..<layout.tokenCount {
          for j in 0..<layout.tokenCount {
            sums[j] += max(gradient[i, j], 0) / Double(heads * layout.tokenCount)
          }
        }
      }
    }
    return Array(sums[layout.patches])
  }

  @Test("every option on every layout", arguments: ToyModel.all)
  func options(_ toy: ToyModel) throws {
    let model = ScriptedModel.random(layout: toy.layout)
    for (start, first) in [(0, 0), (2, 2), (-2, 1)] {
      var options = LeGradOptions()
      options.start = start
      let maps = try LeGrad(options: options).explain(
        model.input(images: 2), targets: .classes([0, 1]), using: model)
      for (image, classIndex) in [(0, 1), (1, 0)] {
        expectClose(
          maps[image][classIndex].scores,
          naive(model, image: image, classIndex: classIndex, start: first).map { Float($0) }, within: 1e-5,
          "\(toy) start \(start)")
      }
    }
  }

  @Test("scores are not negative", arguments: ToyModel.all, LayerReadout.allCases)
  func sign(_ toy: ToyModel, _ pooling: LayerReadout) throws {
    let model = toy.make(on: AvailableKernels.preferred.make())
    var random = SeededRandom(seed: 2)
    var options = LeGradOptions()
    options.pooling = pooling
    let map = try LeGrad(options: options).explain(random.normal([1, 3, 12, 12]), using: model)[0][0]
    #expect(map.scores.allSatisfy { $0 >= 0 } && !map.isDegenerate)
  }

  @Test("a layer's map does not depend on later layers' readouts", arguments: ToyModel.all)
  func layers(_ toy: ToyModel) throws {
    // Layers are read one by one: the map from layer 0 is the sum of its own and that of the rest.
    let model = toy.make(on: AvailableKernels.preferred.make())
    var random = SeededRandom(seed: 2)
    let input = random.normal([1, 3, 12, 12])
    let maps = try (0..<3).map { start -> [Float] in
      var options = LeGradOptions()
      options.start = start
      return try LeGrad(options: options).explain(input, targets: .classes([1]), using: model)[0][0].scores
    }
    for patch in maps[0].indices {
      #expect(maps[0][patch] >= maps[1][patch] && maps[1][patch] >= maps[2][patch])
    }
  }
}
