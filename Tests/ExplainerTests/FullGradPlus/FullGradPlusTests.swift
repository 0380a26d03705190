import Testing
import XAICPLRP
import XAICoRT
import XAICore
import XAIFoundation
import XAIFullGradPlus
import XAITensor
import XAITesting

/// FullGrad+ against its formula, and what follows from LibraGrad's constants on real blocks.
@Suite("FullGrad+") struct FullGradPlusTests {
  /// Σ_l Σ_c x·∂y/∂x, entry by entry in double precision.
  private func naive(_ model: ScriptedModel, layers: Range<Int>, image: Int, classIndex: Int) throws
    -> [Double]
  {
    try model.descriptor.layout.patches.map { patch in
      try layers.reduce(0) { sum, layer in
        let point = ActivationPoint(layer: layer, place: .input)
        let x = Matrix(try #require(model.activations[point])[image])
        let g = Matrix(try #require(model.activationGradients[point])[classIndex][image])
        return sum + (0..<x.columns).reduce(0) { $0 + x[patch, $1] * g[patch, $1] }
      }
    }
  }

  @Test("every option on every layout", arguments: ToyModel.all)
  func formula(_ toy: ToyModel) throws {
    for (count, first) in [(3, 1), (4, 2), (1, 0)] {
      let model = ScriptedModel.random(layout: toy.layout, layers: count)
      for (layers, range) in [(FullGradPlusOptions.Layers.all, 0..<count), (.secondHalf, first..<count)] {
        var options = FullGradPlusOptions()
        options.layers = layers
        let maps = try FullGradPlus(options: options).explain(
          model.input(images: 2), targets: .classes([0, 1]), using: model)
        for (image, classIndex) in [(0, 1), (1, 0)] {
          let expected = try naive(model, layers: range, image: image, classIndex: classIndex)
          expectClose(
            maps[image][classIndex].scores, expected.map { Float($0) }, within: 1e-4,
            "\(toy), \(count) layers, \(layers)")
        }
      }
    }
  }

  /// A model whose biases are 0, so that tokens carry all relevance.
  private func withoutBiases(_ toy: ToyModel) throws -> any Model {
    let model = try toy.make(on: AvailableKernels.preferred.make()).trainable()
    let tensors = model.parameters.map { parameter in
      let isBias = parameter.name.hasSuffix("bias") || parameter.name.hasSuffix("beta")
      return (
        parameter.name, isBias ? Tensor(repeating: 0, parameter.tensor.shape) : parameter.tensor
      )
    }
    return model.replacingParameters(Dictionary(uniqueKeysWithValues: tensors))
  }

  @Test(
    "without biases LibraGrad's relevance of all tokens is the logit at every block",
    arguments: [ToyModel.classToken, .distilled, .meanPooled, .registers, .gated, .oneHead])
  func conservation(_ toy: ToyModel) throws {
    let model = try withoutBiases(toy)
    var random = SeededRandom(seed: 4)
    let layers = 0..<model.descriptor.layerCount
    let trace = try model.forward(
      random.normal([1, 3, 12, 12]),
      recording: Recording(activations: LayerRelevance.points(of: layers), gradients: true))
    for classIndex in 0..<3 {
      let logit = Double(trace.logits[0].elements[classIndex])
      let relevance = try LayerRelevance(
        of: layers, from: Targets([[classIndex]]).cotangent(classCount: model.descriptor.classCount),
        through: trace, rules: .libra, using: model)
      for layer in layers {
        let sum = relevance[layer].tokens(ofRow: 0).reduce(0, +)
        let scale = relevance[layer].total(ofRow: 0)
        #expect(abs(sum - logit) < 1e-5 * max(scale, 1), "\(toy), class \(classIndex), layer \(layer)")
      }
    }
    // The derivative doesn't conserve it.
    let plain = try LayerRelevance(
      of: layers, from: Targets([[0]]).cotangent(classCount: model.descriptor.classCount), through: trace,
      rules: .gradient, using: model)
    let logit = Double(trace.logits[0].elements[0])
    #expect(abs(plain[0].tokens(ofRow: 0).reduce(0, +) - logit) > 1e-2 * abs(logit), "\(toy)")
  }

  @Test("with LibraGrad's constants it is CoRT's plain sum of the logit, where there is no gate")
  func relatives() throws {
    let model = ToyModel.classToken.make(on: AvailableKernels.preferred.make())
    var random = SeededRandom(seed: 5)
    let input = random.normal([2, 3, 12, 12])
    var options = FullGradPlusOptions()
    options.backward = .libra
    let cort = try CoRT(preset: .plain) { $0.contrast = .none }
    let maps = try FullGradPlus(options: options).explain(input, targets: .classes([1, 3]), using: model)
    let others = try cort.explain(input, targets: .classes([1, 3]), using: model)
    for (map, other) in zip(maps.joined(), others.joined()) {
      expectClose(map.scores, other.scores, within: 1e-6, "CoRT")
    }
  }

  @Test(
    "the first block alone is CP-LRP's relevance of the tokens", arguments: [ToyModel.oneHead, .registers])
  func firstBlock(_ toy: ToyModel) throws {
    let model = toy.make(on: AvailableKernels.preferred.make())
    var random = SeededRandom(seed: 5)
    let trace = try model.forward(
      random.normal([1, 3, 12, 12]),
      recording: Recording(activations: LayerRelevance.points(of: 0..<1), gradients: true))
    let relevance = try LayerRelevance(
      of: 0..<1, from: Targets([[2]]).cotangent(classCount: model.descriptor.classCount), through: trace,
      rules: .libra, using: model)
    var options = CPLRPOptions()
    options.at = .tokens
    let map = try CPLRP(options: options).explain(
      from: trace, targets: Targets([[2]]), using: model)[0][0]
    expectClose(
      relevance.patchSums(ofRow: 0, of: trace.layout).map { Float($0) }, map.scores, within: 1e-6, "\(toy)")
  }
}
