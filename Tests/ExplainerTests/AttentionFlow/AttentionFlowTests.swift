import Testing
import XAIAttentionFlow
import XAICore
import XAITensor
import XAITesting

/// Attention Flow against the plain algorithm on the graph of its definition, and cases that are known.
@Suite("Attention Flow") struct AttentionFlowTests {
  /// Every token of every layer a node, and a source that leads to those that are read.
  private func naive(_ model: ScriptedModel, image: Int, start: Int, residual: Double) -> [Double] {
    let layout = model.descriptor.layout
    let (tokens, layers, heads) = (layout.tokenCount, model.descriptor.layerCount, model.descriptor.headCount)
    let source = (layers + 1) * tokens
    var capacities = [[Double]](repeating: [Double](repeating: 0, count: source + 1), count: source + 1)
    for (token, weight) in layout.readoutWeights.enumerated() {
      capacities[source][layers * tokens + token] = Double(weight)
    }
    for layer in start..<layers {
      for i in 0..<tokens {
        for j in 0..<tokens {
          let mean = (0..<heads).reduce(0) {
            $0 + model.attentionMatrix(layer: layer, image: image, head: $1)[i, j] / Double(heads)
          }
          capacities[(layer + 1) * tokens + i][layer * tokens + j] =
            (1 - residual) * mean + (i == j ? residual : 0)
        }
      }
    }
    return layout.patches.map { NaiveFlow.maximum(capacities, from: source, to: start * tokens + $0).value }
  }

  @Test("every option on every layout", arguments: ToyModel.all)
  func options(_ toy: ToyModel) throws {
    let model = ScriptedModel.random(layout: toy.layout)
    for (start, residual) in [(0, 0.5), (1, 0.5), (2, 0.5), (0, 0), (0, 0.9), (1, 1)] {
      var options = AttentionFlowOptions()
      (options.start, options.residual) = (start, residual)
      let maps = try AttentionFlow(options: options).explain(
        model.input(images: 2), targets: .classes([0, 1]), using: model)
      for image in 0..<2 {
        expectClose(
          maps[image][0].scores,
          naive(model, image: image, start: start, residual: residual).map { Float($0) },
          within: 1e-6, "\(toy) '\(options.shortestText)'")
        #expect(maps[image][0].scores == maps[image][1].scores)
      }
    }
  }

  @Test(
    "with one layer it is the mean attention of the token that is read",
    arguments: [ToyModel.classToken, .registers])
  func oneLayer(_ toy: ToyModel) throws {
    let model = ScriptedModel.random(layout: toy.layout)
    var options = AttentionFlowOptions()
    (options.start, options.residual) = (2, 0)
    let map = try AttentionFlow(options: options).explain(model.input(images: 2), using: model)[0][0]
    let mean = toy.layout.patches.map { patch in
      (0..<3).reduce(0) { $0 + model.attentionMatrix(layer: 2, image: 0, head: $1)[0, patch] / 3 }
    }
    expectClose(map.scores, mean.map { Float($0) }, within: 1e-6, "scores")
  }

  @Test("uniform attention lets the same flow reach every patch")
  func uniform() throws {
    var model = ScriptedModel.random(layout: ToyModel.classToken.layout)
    for (layer, attention) in model.attention {
      model.attention[layer] = Tensor(repeating: 1 / Float(attention.shape[3]), attention.shape)
    }
    let map = try AttentionFlow().explain(model.input(images: 2), using: model)[0][0]
    let first = try #require(map.scores.first)
    expectClose(map.scores, [Float](repeating: first, count: map.scores.count), within: 1e-6, "scores")
  }

  @Test("a cancelled task gets no map")
  func cancelled() async {
    let model = ScriptedModel.random(layout: ToyModel.classToken.layout)
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try AttentionFlow().explain(model.input(images: 2), using: model)
    }
    await #expect(throws: CancellationError.self) { try await task.value }
  }
}
