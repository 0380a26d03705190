import Testing
import XAICore
import XAIExplainers
import XAIFoundation
import XAITensor
import XAITesting

/// A score that the image doesn't change has a flat map: nothing of it may be drawn.
@Suite struct FlatMapTests {
  /// A model whose logits are those of its head's bias, whatever it sees.
  private func constantModel() throws -> any Model {
    let model = try ToyModel.classToken.make(on: AvailableKernels.preferred.make()).trainable()
    let (classes, width) = (model.descriptor.classCount, model.descriptor.width)
    let weights = model.parameters.filter { $0.tensor.shape == [classes, width] }
    try #require(weights.count == 1)
    let tensors = model.parameters.map { parameter in
      let isHead = parameter.name == weights[0].name
      return (parameter.name, isHead ? Tensor(repeating: 0, parameter.tensor.shape) : parameter.tensor)
    }
    return model.replacingParameters(Dictionary(uniqueKeysWithValues: tensors))
  }

  private static let fewPasses = [
    "rise": "masks=40", "lime": "samples=60", "kernel-shap": "samples=120", "fovex": "fixations=2,steps=3",
    "integrated-gradients": "steps=4", "hsic": "masks=40", "sobol": "grid=3,designs=8", "tis": "masks=20",
  ]

  @Test("signed maps and those of changed inputs are flat on a model that sees nothing")
  func constant() throws {
    let model = try constantModel()
    var random = SeededRandom(seed: 3)
    let input = random.normal([2, 3, 12, 12])
    let logits = try model.logits(input)
    #expect(logits[0].elements == logits[1].elements && Set(logits[0].elements).count > 1)
    let registry = try Registry(plugins: builtInExplainers)
    var tried: [String] = []
    for entry in registry.explainers where entry.descriptor.family != .baseline {
      let id = entry.descriptor.id
      for more in ["", "score=logit", "score=probability", "reduce=abs", "contrast=runner-up"] {
        let options = [Self.fewPasses[id], more].compactMap { $0 }.filter { !$0.isEmpty }
        let text = options.isEmpty ? id : "\(id):\(options.joined(separator: ","))"
        guard let explainer = try? registry.explainer(text),
          entry.descriptor.scores == .signed || entry.descriptor.family == .perturbation
        else { continue }
        let maps = try explainer.explain(input, targets: .classes([0, 2]), using: model)
        #expect(
          maps.joined().allSatisfy { $0.isDegenerate && $0.heatMap.elements.allSatisfy { $0 == 0 } },
          "\(text)")
        tried.append(text)
      }
    }
    #expect(tried.count > 20 && tried.contains("lime:samples=60"), "\(tried)")
  }

  @Test("the maps of a model that sees are not flat")
  func seeing() throws {
    let model = ToyModel.classToken.make(on: AvailableKernels.preferred.make())
    var random = SeededRandom(seed: 3)
    let input = random.normal([1, 3, 12, 12])
    let registry = try Registry(plugins: builtInExplainers)
    for entry in registry.explainers where entry.descriptor.family != .baseline {
      let options = Self.fewPasses[entry.descriptor.id].map { ":\($0)" } ?? ""
      let explainer = try registry.explainer(entry.descriptor.id + options)
      // One head and two layers leave some methods without a positive score.
      guard explainer.scoreMeaning.isSigned || entry.descriptor.family == .perturbation else { continue }
      #expect(try !explainer.explain(input, using: model)[0][0].isDegenerate, "\(entry.descriptor.id)")
    }
  }
}
