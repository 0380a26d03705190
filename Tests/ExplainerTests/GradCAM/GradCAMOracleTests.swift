import Testing
import XAICore
import XAIFoundation
import XAIGradCAM
import XAITensor
import XAITesting

/// Grad-CAM against its formula in double precision.
@Suite("Grad-CAM formula") struct GradCAMOracleTests {
  /// Σ_c mean_p(∂y/∂f[p, c])·f[p, c] on patches, without ReLU.
  private func naive(_ model: ScriptedModel, _ point: ActivationPoint, image: Int, classIndex: Int) throws
    -> [Double]
  {
    let f = Matrix(try #require(model.activations[point])[image])
    let g = Matrix(try #require(model.activationGradients[point])[classIndex][image])
    let patches = model.descriptor.layout.patches
    let weights = (0..<f.columns).map { c in patches.reduce(0) { $0 + g[$1, c] } / Double(patches.count) }
    return patches.map { p in weights.indices.reduce(0) { $0 + weights[$1] * f[p, $1] } }
  }

  @Test("every option on every layout", arguments: ToyModel.all)
  func options(_ toy: ToyModel) throws {
    let model = ScriptedModel.random(layout: toy.layout)
    for (option, layer) in [(-1, 2), (0, 0), (1, 1), (-3, 0)] {
      for point in Place.residualStream {
        for relu in [true, false] {
          var options = GradCAMOptions()
          (options.layer, options.point, options.relu) = (option, point, relu)
          let maps = try GradCAM(options: options).explain(
            model.input(images: 2), targets: .classes([0, 1]), using: model)
          for (image, classIndex) in [(0, 1), (1, 0)] {
            let scores = try naive(
              model, ActivationPoint(layer: layer, place: point), image: image, classIndex: classIndex)
            expectClose(
              maps[image][classIndex].scores, scores.map { Float(relu ? max($0, 0) : $0) }, within: 1e-5,
              "\(toy) '\(options.shortestText)'")
          }
        }
      }
    }
  }

  @Test("without a gradient the map is degenerate")
  func degenerate() throws {
    var model = ScriptedModel.random(
      layout: ToyModel.classToken.layout)
    for (point, gradient) in model.activationGradients {
      model.activationGradients[point] = Tensor(repeating: 0, gradient.shape)
    }
    let map = try GradCAM().explain(model.input(images: 2), targets: .classes([0]), using: model)[0][0]
    #expect(map.isDegenerate)
    #expect(minMaxNormalised(map.scores).allSatisfy { $0 == 0 })
  }

  @Test("behind the last attention patches have no gradient", arguments: AvailableKernels.all)
  func lastOutput(_ kernels: AvailableKernels) throws {
    let model = ToyModel.classToken.make(on: kernels.make())
    var random = SeededRandom(seed: 5)
    var options = GradCAMOptions()
    options.point = .output
    let map = try GradCAM(options: options).explain(random.normal([1, 3, 12, 12]), using: model)[0][0]
    #expect(map.isDegenerate)
  }

  @Test("a layer that the model doesn't have is refused")
  func layer() {
    let model = ToyModel.classToken.make(on: AvailableKernels.preferred.make())
    for layer in [3, -4] {
      var options = GradCAMOptions()
      options.layer = layer
      #expect(throws: OptionError.self) { try GradCAM(options: options).check(fits: model.descriptor) }
    }
  }
}
