import Testing
import XAICore
import XAIGradientRollout
import XAITensor
import XAITesting

/// Gradient rollout against full matrices in double precision.
@Suite("Gradient rollout formula") struct GradientRolloutOracleTests {
  /// Ā = ReLU(mean_h(G ⊙ A)), Ã = Ā + I with rows scaled to sum 1, R = Ã_L⋯Ã_start.
  private func naive(
    _ model: ScriptedModel, image: Int, classIndex: Int, _ options: GradientRolloutOptions
  ) -> [Double] {
    let (layout, heads) = (model.descriptor.layout, model.descriptor.headCount)
    let identity = Matrix.identity(layout.tokenCount)
    var product = identity
    for layer in options.start..<model.descriptor.layerCount {
      let weighted = (0..<heads).map { head in
        model.attentionMatrix(layer: layer, image: image, head: head).times(
          model.attentionGradientMatrix(layer: layer, image: image, head: head, classIndex: classIndex))
      }
      var fused = (1 / Double(heads) * weighted.dropFirst().reduce(weighted[0], +)).map { max($0, 0) }
      for row in 0..<fused.rows {
        let ranked = layout.patches.sorted { (fused[row, $0], $0) < (fused[row, $1], $1) }
        for column in ranked.prefix(Int(options.discard * Double(ranked.count))) { fused[row, column] = 0 }
      }
      product = (fused + identity).rowsNormalised * product
    }
    return Array(product.read(with: layout.readoutWeights)[layout.patches])
  }

  @Test("every option on every layout", arguments: ToyModel.all)
  func options(_ toy: ToyModel) throws {
    let model = ScriptedModel.random(layout: toy.layout)
    for (discard, start) in [(0, 0), (0.5, 0), (0.9, 1), (0, 2)] {
      var options = GradientRolloutOptions()
      (options.discard, options.start) = (discard, start)
      let maps = try GradientRollout(options: options).explain(
        model.input(images: 2), targets: .classes([0, 1]), using: model)
      for (image, classIndex) in [(0, 1), (1, 0)] {
        expectSameMap(
          maps[image][classIndex].scores, naive(model, image: image, classIndex: classIndex, options),
          within: 1e-5,
          "\(toy) '\(options.shortestText)'")
      }
    }
  }

  @Test("without a positive product there is nothing to see")
  func degenerate() throws {
    var model = ScriptedModel.random(
      layout: ToyModel.classToken.layout, images: 1)
    for (layer, gradient) in model.attentionGradients {
      model.attentionGradients[layer] = Tensor(repeating: -1, gradient.shape)
    }
    let map = try GradientRollout().explain(model.input(), targets: .classes([0]), using: model)[0][0]
    #expect(map.isDegenerate)
  }
}
