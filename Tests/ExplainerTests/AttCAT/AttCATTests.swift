import Testing
import XAIAttCAT
import XAICore
import XAIFoundation
import XAIFullGradPlus
import XAITensor
import XAITesting

/// AttCAT against its formula in double precision, and what follows from it.
@Suite("AttCAT") struct AttCATTests {
  /// Σ_l α_l[p]·Σ_c x·∂y/∂x, with α the mean over heads of the mean row, or of the rows that are read.
  private func naive(
    _ model: ScriptedModel, _ queries: AttCATOptions.Queries, image: Int, classIndex: Int
  ) throws -> [Double] {
    let (layout, heads) = (model.descriptor.layout, model.descriptor.headCount)
    let read =
      queries == .readout
      ? layout.readoutWeights.map(Double.init)
      : [Double](repeating: 1 / Double(layout.tokenCount), count: layout.tokenCount)
    return try layout.patches.map { patch in
      try (0..<model.descriptor.layerCount).reduce(0) { sum, layer in
        let point = ActivationPoint(layer: layer, place: .input)
        let x = Matrix(try #require(model.activations[point])[image])
        let g = Matrix(try #require(model.activationGradients[point])[classIndex][image])
        let relevance = (0..<x.columns).reduce(0) { $0 + x[patch, $1] * g[patch, $1] }
        var attention = 0.0
        for head in 0..<heads {
          let matrix = model.attentionMatrix(layer: layer, image: image, head: head)
          for (query, weight) in read.enumerated() { attention += weight * matrix[query, patch] }
        }
        return sum + attention / Double(heads) * relevance
      }
    }
  }

  @Test("every option on every layout", arguments: ToyModel.all, AttCATOptions.Queries.allCases)
  func formula(_ toy: ToyModel, _ queries: AttCATOptions.Queries) throws {
    let model = ScriptedModel.random(layout: toy.layout)
    var options = AttCATOptions()
    options.queries = queries
    let maps = try AttCAT(options: options).explain(
      model.input(images: 2), targets: .classes([0, 1]), using: model)
    for (image, classIndex) in [(0, 1), (1, 0)] {
      let expected = try naive(model, queries, image: image, classIndex: classIndex)
      expectClose(
        maps[image][classIndex].scores, expected.map { Float($0) }, within: 1e-5, "\(toy) \(queries)")
    }
  }

  @Test("where every token attends to all alike, it is FullGrad+ over the number of tokens")
  func uniform() throws {
    let layout = ToyModel.registers.layout
    var model = ScriptedModel.random(layout: layout)
    for (layer, attention) in model.attention {
      model.attention[layer] = Tensor(repeating: 1 / Float(layout.tokenCount), attention.shape)
    }
    let input = model.input(images: 2)
    let sum = try FullGradPlus().explain(input, targets: .classes([1]), using: model)
    for queries in AttCATOptions.Queries.allCases {
      var options = AttCATOptions()
      options.queries = queries
      let maps = try AttCAT(options: options).explain(input, targets: .classes([1]), using: model)
      for image in 0..<2 {
        expectClose(
          maps[image][0].scores, sum[image][0].scores.map { $0 / Float(layout.tokenCount) }, within: 1e-5,
          "\(queries)")
      }
    }
  }

  @Test("the attention that tokens of windows get is that of the block-sparse matrix")
  func windows() throws {
    let model = HierarchicalToyModel.padded.make(on: AvailableKernels.preferred.make())
    var random = SeededRandom(seed: 6)
    let map = try AttCAT().explain(random.normal([1, 3, 20, 28]), targets: .classes([1]), using: model)[0][0]
    #expect(map.scores.contains { $0 < 0 } && map.scores.contains { $0 > 0 })
  }
}
