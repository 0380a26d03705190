import Foundation
import Testing
import ThirdPartyPlugins
import XAI
import XAITesting

@Suite struct AGCAMTests {
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

  @Test("on a model, scores are those whose softmax the attention is")
  func model() throws {
    let model = try Fixture.model(on: KernelSelection.makeKernels())
    let input = try Fixture.expected("input")
    let points = (0..<model.descriptor.layerCount).map { ActivationPoint(layer: $0, place: .scores) }
    let trace = try model.forward(input, recording: Recording(attention: .all, activations: Set(points)))
    for point in points {
      let (scores, attention) = (
        try trace.activation(at: point), try trace.attention(ofLayer: point.layer)
      )
      for head in 0..<scores.shape[1] {
        let expected = Matrix(scores[0][head]).map { exp($0) }.rowsNormalised
        expectClose(
          attention[0][head].elements, expected.entries.map { Float($0) }, within: 1e-5,
          "layer \(point.layer)")
      }
    }
  }

  @Test func layersWithWindowsAreRefusedByName() throws {
    let model = HierarchicalToyModel.padded.make(on: try KernelSelection.makeKernels())
    expectError("agcam can't explain toy-windows") { try AGCAM().check(fits: model.descriptor) }
  }

  @Test(arguments: AvailableKernels.all)
  func conforms(_ kernels: AvailableKernels) {
    ExplainerConformance(AGCAM.self, on: kernels.make()).run()
  }
}
