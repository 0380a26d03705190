import Testing
import XAIAttentionRollout
import XAICore
import XAIDAP
import XAIFoundation
import XAITensor
import XAITesting

/// DAP-style propagation against full matrices in double precision, and what follows from its definition.
@Suite("DAP-style propagation") struct DAPTests {
  private func naive(
    _ model: ScriptedModel, image: Int, classIndex: Int, start: Int, residual: Double
  ) throws -> [Double] {
    let (layout, heads) = (model.descriptor.layout, model.descriptor.headCount)
    var product = Matrix.identity(layout.tokenCount)
    for layer in start..<model.descriptor.layerCount {
      let point = ActivationPoint(layer: layer, place: .firstNorm)
      let x = Matrix(try #require(model.activations[point])[image])
      let g = Matrix(try #require(model.activationGradients[point])[classIndex][image])
      let channels = (0..<x.columns).map { c in
        layout.patches.reduce(0) { $0 + g[$1, c] } / Double(layout.patches.count)
      }
      let importance = layout.patches.map { patch in
        max((0..<x.columns).reduce(0) { $0 + x[patch, $1] * channels[$1] }, 0)
      }
      let mean = importance.reduce(0, +) / Double(importance.count)
      var weights = Matrix.identity(layout.tokenCount)
      for (index, patch) in layout.patches.enumerated() { weights[patch, patch] = importance[index] / mean }
      var attention = Matrix.identity(layout.tokenCount, times: 0)
      for head in 0..<heads {
        attention = attention + model.attentionMatrix(layer: layer, image: image, head: head)
      }
      let weighted = ((1 / Double(heads)) * attention * weights).rowsNormalised
      product = ((1 - residual) * weighted + Matrix.identity(layout.tokenCount, times: residual)) * product
    }
    return Array(product.read(with: layout.readoutWeights)[layout.patches])
  }

  @Test("every option on every layout", arguments: ToyModel.all)
  func formula(_ toy: ToyModel) throws {
    let model = ScriptedModel.random(layout: toy.layout)
    for start in 0..<3 {
      for residual in [0.5, 0, 0.3] {
        var options = DAPOptions()
        (options.start, options.residual) = (start, residual)
        let maps = try DAP(options: options).explain(
          model.input(images: 2), targets: .classes([0, 1]), using: model)
        for (image, classIndex) in [(0, 1), (1, 0)] {
          let expected = try naive(
            model, image: image, classIndex: classIndex, start: start, residual: residual)
          expectClose(
            maps[image][classIndex].scores, expected.map { Float($0) }, within: 1e-5,
            "\(toy) '\(options.shortestText)'")
        }
      }
    }
  }

  @Test("where no patch says anything for the class it is Attention Rollout")
  func rollout() throws {
    var model = ScriptedModel.random(layout: ToyModel.registers.layout)
    for (point, gradient) in model.activationGradients {
      model.activationGradients[point] = Tensor(repeating: 0, gradient.shape)
    }
    let input = model.input(images: 2)
    let maps = try DAP().explain(input, targets: .classes([0]), using: model)
    let rollout = try AttentionRollout().explain(input, targets: .classes([0]), using: model)
    for image in 0..<2 {
      expectClose(maps[image][0].scores, rollout[image][0].scores, within: 1e-6, "image \(image)")
    }
  }

  @Test("a token that attends to none that speaks for the class attends as it does")
  func emptyRows() throws {
    let layout = TokenLayout(prefix: [], grid: PatchGrid(rows: 1, columns: 3), readout: .meanOfPatches)
    var model = ScriptedModel(layout: layout, layers: 1, heads: 1, classes: 1)
    // The first token attends to the second alone, which says nothing for the class, but for what a mask leaves.
    model.attention[0] = Tensor([1, 1, 3, 3], [0, 1, 1e-30, 0, 0.5, 0.5, 0, 0, 1])
    let point = ActivationPoint(layer: 0, place: .firstNorm)
    model.activations[point] = Tensor([1, 3, 1], [0, 0, 1])
    model.activationGradients[point] = Tensor(repeating: 1, [1, 1, 3, 1])
    var options = DAPOptions()
    options.residual = 0
    let map = try DAP(options: options).explain(model.input(), targets: .classes([0]), using: model)[0][0]
    expectClose(map.scores, [0, 1.0 / 3, 2.0 / 3], within: 1e-6, "scores")
  }

  @Test("rows sum to 1: what reaches the tokens adds up to what is read", arguments: HierarchicalToyModel.all)
  func sums(_ toy: HierarchicalToyModel) throws {
    let model = toy.make(on: AvailableKernels.preferred.make())
    var random = SeededRandom(seed: 6)
    let map = try DAP().explain(random.normal([1, 3, 20, 28]), targets: .classes([1]), using: model)[0][0]
    #expect(abs(map.scores.reduce(0, +) - 1) < 1e-4 && map.scores.allSatisfy { $0 >= 0 })
  }
}
