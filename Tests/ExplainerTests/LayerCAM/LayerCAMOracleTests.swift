import Testing
import XAICore
import XAILayerCAM
import XAITensor
import XAITesting

/// LayerCAM against its formula in double precision.
@Suite("LayerCAM formula") struct LayerCAMOracleTests {
  @Test("every option on every layout", arguments: ToyModel.all)
  func options(_ toy: ToyModel) throws {
    let model = ScriptedModel.random(layout: toy.layout)
    for (layer, point) in [(-1, Place.firstNorm), (0, .output), (1, .headOutputs)] {
      for relu in [true, false] {
        var options = LayerCAMOptions()
        (options.layer, options.point, options.relu) = (layer, point, relu)
        let maps = try LayerCAM(options: options).explain(
          model.input(images: 2), targets: .classes([0, 1]), using: model)
        let place = ActivationPoint(layer: layer < 0 ? 2 : layer, place: point)
        for (image, classIndex) in [(0, 1), (1, 0)] {
          let f = Matrix(try #require(model.activations[place])[image])
          let g = Matrix(try #require(model.activationGradients[place])[classIndex][image])
          let scores = toy.layout.patches.map { p in
            (0..<f.columns).reduce(0) { $0 + max(g[p, $1], 0) * f[p, $1] }
          }
          expectClose(
            maps[image][classIndex].scores, scores.map { Float(relu ? max($0, 0) : $0) }, within: 1e-5,
            "\(toy) '\(options.shortestText)'")
        }
      }
    }
  }
}
