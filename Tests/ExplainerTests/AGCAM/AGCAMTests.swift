import Foundation
import Testing
import XAIAGCAM
import XAICore
import XAIFoundation
import XAITensor
import XAITesting

/// AGCAM against its formula.
@Suite("AGCAM") struct AGCAMTests {
  /// Σ_l Σ_h Σ_r weight_r · ReLU(G_lh[r, p]) · 1/(1 + e^−S_lh[r, p]), entry by entry in double precision.
  private func naive(_ model: ScriptedModel, layers: Range<Int>, image: Int, classIndex: Int) throws
    -> [Double]
  {
    let layout = model.descriptor.layout
    return try layout.patches.map { patch in
      var sum = 0.0
      for layer in layers {
        let scores = try #require(model.activations[ActivationPoint(layer: layer, place: .scores)])
        for head in 0..<scores.shape[1] {
          let score = Matrix(scores[image][head])
          let slope = model.attentionGradientMatrix(
            layer: layer, image: image, head: head, classIndex: classIndex)
          for (token, weight) in layout.readoutWeights.enumerated() {
            let gate = 1 / (1 + exp(-score[token, patch]))
            sum += Double(weight) * max(slope[token, patch], 0) * gate
          }
        }
      }
      return sum
    }
  }

  @Test("maps are the formula's within 1e-5 on every layout", arguments: ToyModel.all)
  func formula(_ toy: ToyModel) throws {
    let model = ScriptedModel.random(layout: toy.layout)
    for (start, layers) in [(0, 0..<3), (-1, 2..<3)] {
      var options = AGCAMOptions()
      options.start = start
      let maps = try AGCAM(options: options).explain(
        model.input(images: 2), targets: .classes([0, 1]), using: model)
      for image in 0..<2 {
        for classIndex in 0..<2 {
          let expected = try naive(model, layers: layers, image: image, classIndex: classIndex)
          expectClose(
            maps[image][classIndex].scores, expected.map { Float($0) }, within: 1e-5, "\(toy), from \(start)")
        }
      }
    }
  }

  @Test("a large score guides as 1 and a small one as 0, whatever the attention is")
  func guide() throws {
    let layout = TokenLayout(
      prefix: [.classToken], grid: PatchGrid(rows: 1, columns: 3), readout: .classToken)
    var model = ScriptedModel(layout: layout, layers: 1, heads: 1, classes: 1)
    let row = { (first: [Float]) in Tensor([1, 1, 4, 4], first + [Float](repeating: 0, count: 12)) }
    model.attention[0] = row([0.25, 0.25, 0.25, 0.25])
    model.activations[ActivationPoint(layer: 0, place: .scores)] = row([0, 100, -100, 0])
    model.attentionGradients[0] = Tensor([1, 1, 1, 4, 4], row([1, 2, 2, -2]).elements)
    let map = try AGCAM().explain(model.input(), targets: .classes([0]), using: model)[0][0]
    expectClose(map.scores, [2, 0, 0], within: 1e-6, "scores")
    model.attentionGradients[0] = Tensor([1, 1, 1, 4, 4], row([1, 2, 2, 2]).elements)
    let other = try AGCAM().explain(model.input(), targets: .classes([0]), using: model)[0][0]
    expectClose(other.scores, [2, 0, 1], within: 1e-6, "scores")
  }

  @Test func layersWithWindowsAreRefusedByName() throws {
    let model = HierarchicalToyModel.padded.make(on: AvailableKernels.preferred.make())
    expectError("agcam can't explain toy-windows") { try AGCAM().check(fits: model.descriptor) }
  }
}
