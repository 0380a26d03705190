import Testing
import ThirdPartyPlugins
import XAI
import XAITesting

@Suite struct GradSAMTests {
  /// The mean over layers, heads and keys of A ⊙ ReLU(G), entry by entry in double precision.
  private func naive(_ model: ScriptedModel, image: Int, classIndex: Int) -> [Double] {
    let (layers, heads) = (model.descriptor.layerCount, model.descriptor.headCount)
    let layout = model.descriptor.layout
    return layout.patches.map { patch in
      var sum = 0.0
      for layer in 0..<layers {
        for head in 0..<heads {
          let attention = model.attentionMatrix(layer: layer, image: image, head: head)
          let slope = model.attentionGradientMatrix(
            layer: layer, image: image, head: head, classIndex: classIndex)
          for key in 0..<layout.tokenCount { sum += attention[patch, key] * max(slope[patch, key], 0) }
        }
      }
      return sum / Double(layers * heads * layout.tokenCount)
    }
  }

  @Test("maps are the formula's within 1e-5 on every layout", arguments: ToyModel.all)
  func formula(_ toy: ToyModel) throws {
    let model = ScriptedModel.random(layout: toy.layout)
    let maps = try GradSAM().explain(model.input(images: 2), targets: .classes([0, 1]), using: model)
    for image in 0..<2 {
      for classIndex in 0..<2 {
        let expected = naive(model, image: image, classIndex: classIndex).map { Float($0) }
        expectClose(maps[image][classIndex].scores, expected, within: 1e-5, "\(toy)")
      }
    }
  }

  @Test func layersWithWindowsAreRefusedByName() throws {
    let model = HierarchicalToyModel.padded.make(on: try KernelSelection.makeKernels())
    expectError("grad-sam can't explain toy-windows") { try GradSAM().check(fits: model.descriptor) }
  }

  @Test(arguments: AvailableKernels.all)
  func conforms(_ kernels: AvailableKernels) {
    ExplainerConformance(GradSAM.self, on: kernels.make()).run()
  }
}
