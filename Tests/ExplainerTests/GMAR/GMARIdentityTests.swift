import Testing
import XAIAttentionRollout
import XAICore
import XAIGMAR
import XAITensor
import XAITesting

/// What follows from the definition of GMAR, whatever the attention.
@Suite("GMAR identities") struct GMARIdentityTests {
  private func explain(_ model: ScriptedModel, _ change: (inout GMAROptions) -> Void = { _ in }) throws
    -> Attribution
  {
    var options = GMAROptions()
    change(&options)
    return try GMAR(options: options).explain(model.input(), targets: .classes([1]), using: model)[0][0]
  }

  @Test("with uniform weights it is Attention Rollout", arguments: ToyModel.all)
  func uniform(_ toy: ToyModel) throws {
    var model = ScriptedModel.random(
      layout: toy.layout, images: 1)
    for (layer, gradient) in model.attentionGradients {
      model.attentionGradients[layer] = Tensor(repeating: 1, gradient.shape)
    }
    let rollout = try AttentionRollout().explain(model.input(), targets: .classes([1]), using: model)[0][0]
    for norm in GMAROptions.Norm.allCases {
      let map = try explain(model) { $0.norm = norm }
      expectClose(map.scores, rollout.scores, within: 1e-7, "\(toy) \(norm)")
    }
  }

  @Test("heads whose gradients are all zero weigh the same")
  func zeroGradients() throws {
    var model = ScriptedModel.random(
      layout: ToyModel.classToken.layout, images: 1)
    for (layer, gradient) in model.attentionGradients {
      model.attentionGradients[layer] = Tensor(repeating: 0, gradient.shape)
    }
    let weights = try #require(try explain(model).diagnostics.headWeights)
    expectClose(weights.flatMap { $0 }, Array(repeating: 1 / 3, count: 9), within: 1e-7, "weights")
  }

  @Test("with one head L1, L2 and Attention Rollout are one", arguments: ToyModel.all)
  func oneHead(_ toy: ToyModel) throws {
    let model = ScriptedModel.random(
      layout: toy.layout, heads: 1, images: 1)
    let (l1, l2) = (try explain(model), try explain(model) { $0.norm = .l2 })
    #expect(l1.scores == l2.scores)
    let rollout = try AttentionRollout().explain(model.input(), targets: .classes([1]), using: model)[0][0]
    expectClose(l1.scores, rollout.scores, within: 1e-7, "\(toy)")
  }

  @Test("weights of a layer sum to 1, and so do the rows of R")
  func sums() throws {
    let model = ScriptedModel.random(
      layout: ToyModel.meanPooled.layout, layers: 6, images: 1)
    let map = try explain(model)
    for weights in try #require(map.diagnostics.headWeights) {
      expectClose([weights.reduce(0, +)], [1], within: 1e-6, "weights")
    }
    // Without prefix tokens the map is the mean of whole rows of R.
    expectClose([map.scores.reduce(0, +)], [1], within: 1e-5, "the mean row")
  }

  @Test("the order of heads does not matter")
  func permutation() throws {
    let model = ScriptedModel.random(
      layout: ToyModel.registers.layout, images: 1)
    var turned = model
    for layer in 0..<3 {
      let attention = try #require(model.attention[layer])
      let gradient = try #require(model.attentionGradients[layer])
      let order = [2, 0, 1]
      turned.attention[layer] = Tensor(attention.shape, order.flatMap { attention[0][$0].elements })
      turned.attentionGradients[layer] = Tensor(
        gradient.shape, (0..<2).flatMap { c in order.flatMap { gradient[c][0][$0].elements } })
    }
    for norm in GMAROptions.Norm.allCases {
      let (map, other) = (try explain(model) { $0.norm = norm }, try explain(turned) { $0.norm = norm })
      expectClose(other.scores, map.scores, within: 1e-6, "\(norm)")
    }
  }

  @Test("the share of negative gradient entries is reported")
  func negativeShare() throws {
    var model = ScriptedModel.random(
      layout: ToyModel.classToken.layout, layers: 1, heads: 2, images: 1)
    let entries = 100
    model.attentionGradients[0] = Tensor(
      [2, 1, 2, 10, 10], (0..<4 * entries).map { $0 / entries % 2 == 0 ? -1 : ($0 % 4 == 0 ? -1 : 1) })
    #expect(try explain(model).diagnostics.negativeGradientShare == [[1, 0.25]])
  }
}
