import Testing
import XAICore
import XAIFoundation
import XAITensor
import XAITesting
import XAITokenNorm

/// Token Norm against its formula.
@Suite struct TokenNormTests {
  @Test("lengths of tokens at a place of a layer", arguments: [ToyModel.classToken, .registers, .meanPooled])
  func lengths(_ toy: ToyModel) throws {
    let model = toy.make(on: AvailableKernels.preferred.make())
    var random = SeededRandom(seed: 4)
    let grid = toy.layout.grid
    let input = random.normal([2, 3, grid.rows * 4, grid.columns * 4])
    for (layer, place) in [(-1, Place.output), (0, .firstNorm)] {
      let explainer = try TokenNorm {
        $0.layer = layer
        $0.point = place
      }
      let point = ActivationPoint(layer: layer < 0 ? model.descriptor.layerCount - 1 : layer, place: place)
      let tokens = try model.forward(input, recording: Recording(activations: [point])).activation(at: point)
      let maps = try explainer.explain(input, using: model)
      for image in 0..<2 {
        let expected: [Float] = toy.layout.patches.map { patch in
          Float(tokens[image][patch].elements.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot())
        }
        expectCloseToLargest(
          maps[image][0].map, Tensor([grid.rows, grid.columns], expected), within: 1e-6, "\(toy), \(point)")
      }
    }
  }

  @Test("a layer that isn't there is refused")
  func refusal() {
    let model = ToyModel.classToken.make(on: AvailableKernels.preferred.make())
    expectError("layer") { try TokenNorm { $0.layer = 9 }.check(fits: model.descriptor) }
  }
}
