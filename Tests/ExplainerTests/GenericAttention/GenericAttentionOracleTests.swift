import Testing
import XAICore
import XAIGenericAttention
import XAITensor
import XAITesting

/// Generic attention explainability against full matrices in double precision.
@Suite("Generic attention formula") struct GenericAttentionOracleTests {
  /// Ā = mean_h ReLU(G ⊙ A), R ← R + Ā·R.
  private func naive(_ model: ScriptedModel, image: Int, classIndex: Int, start: Int) -> [Double] {
    let (layout, heads) = (model.descriptor.layout, model.descriptor.headCount)
    var relevance = Matrix.identity(layout.tokenCount)
    for layer in start..<model.descriptor.layerCount {
      let weighted = (0..<heads).map { head in
        model.attentionMatrix(layer: layer, image: image, head: head).times(
          model.attentionGradientMatrix(layer: layer, image: image, head: head, classIndex: classIndex)
        ).map { max($0, 0) }
      }
      let fused = 1 / Double(heads) * weighted.dropFirst().reduce(weighted[0], +)
      relevance = relevance + fused * relevance
    }
    return Array(relevance.read(with: layout.readoutWeights)[layout.patches])
  }

  @Test("every option on every layout", arguments: ToyModel.all)
  func options(_ toy: ToyModel) throws {
    let model = ScriptedModel.random(layout: toy.layout)
    for start in 0..<3 {
      var options = GenericAttentionOptions()
      options.start = start
      let maps = try GenericAttention(options: options).explain(
        model.input(images: 2), targets: .classes([0, 1]), using: model)
      for (image, classIndex) in [(0, 1), (1, 0)] {
        expectSameMap(
          maps[image][classIndex].scores, naive(model, image: image, classIndex: classIndex, start: start),
          within: 1e-5, "\(toy) start \(start)")
      }
    }
  }

  @Test("a head that only speaks against the class counts for nothing")
  func negative() throws {
    let layout = TokenLayout(
      prefix: [.classToken], grid: PatchGrid(rows: 1, columns: 2), readout: .classToken)
    var model = ScriptedModel(
      layout: layout, layers: 1, heads: 2, classes: 1)
    let attention: [Float] = [0.2, 0.5, 0.3, 0, 1, 0, 0, 0, 1]
    model.attention[0] = Tensor([1, 2, 3, 3], attention + attention)
    model.attentionGradients[0] = Tensor([1, 1, 2, 3, 3], (0..<18).map { $0 < 9 ? 1 : -5 })
    let map = try GenericAttention().explain(model.input(), targets: .classes([0]), using: model)[0][0]
    expectClose(map.scores, [0.25, 0.15], within: 1e-6, "scores")
  }
}
