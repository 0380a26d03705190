import Testing
import ThirdPartyPlugins
import XAI
import XAITesting

@Suite struct HiResCAMTests {
  @Test("maps are the formula's within 1e-4 on every layout", arguments: ToyModel.all)
  func formula(_ toy: ToyModel) throws {
    let model = ScriptedModel.random(layout: toy.layout)
    let point = ActivationPoint(layer: 2, place: .firstNorm)
    for relu in [true, false] {
      var options = HiResCAMOptions()
      options.relu = relu
      let maps = try HiResCAM(options: options).explain(
        model.input(images: 2), targets: .classes([0, 1]), using: model)
      for image in 0..<2 {
        let activations = Matrix(try #require(model.activations[point])[image])
        for classIndex in 0..<2 {
          let gradients = Matrix(try #require(model.activationGradients[point])[classIndex][image])
          let expected = toy.layout.patches.map { patch in
            let sum = zip(activations[row: patch], gradients[row: patch]).reduce(0.0) { $0 + $1.0 * $1.1 }
            return Float(relu ? max(sum, 0) : sum)
          }
          expectClose(maps[image][classIndex].scores, expected, within: 1e-4, "\(toy), relu \(relu)")
        }
      }
    }
  }

  @Test("behind the last attention of a model that reads the class token, patches have no gradient")
  func flat() throws {
    let model = try Fixture.model(on: KernelSelection.makeKernels())
    let explainer = try Fixture.registry().explainer("hires-cam:point=output")
    let maps = try explainer.explain(Fixture.expected("input"), using: model)
    #expect(maps.allSatisfy { $0[0].scores.allSatisfy { $0 == 0 } })
  }

  @Test(arguments: AvailableKernels.all)
  func conforms(_ kernels: AvailableKernels) {
    ExplainerConformance(HiResCAM.self, on: kernels.make()).run()
  }
}
