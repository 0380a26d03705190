import Foundation
import Testing
import ThirdPartyPlugins
import XAI
import XAITesting

/// Plugins in a program of one's own, without the command.
@Suite struct ProgramTests {
  @Test("a registry finds plugins by their ids, and a metric judges the map of one photograph")
  func onePhotograph() throws {
    let photograph = try RGBImage(
      width: 40, height: 30, pixels: (0..<40 * 30 * 3).map { UInt8(truncatingIfNeeded: $0 &* 37 ^ $0 / 7) })
    let folder = Fixture.folder
    let registry = try Registry.builtIn(adding: [
      TorchvisionViT.self, TokenLength.self, Comprehensiveness.self,
    ])
    let model = try registry.loadModel(
      ModelDirectory(folder), LoadRequest(kernels: KernelSelection.makeKernels()))
    let explainer = try registry.explainer("token-length:layer=0")
    let metric = try registry.metric("comprehensiveness:share=0.3")

    let preprocessing = model.descriptor.preprocessing
    let input = try preprocessing.tensor(from: photograph)
    let map = try explainer.explain(input, using: model)[0][0]

    let logits = try model.logits(input).elements
    let probability = Probabilities<Float>(of: logits, meaning: model.descriptor.output)?
      .probability(ofLogit: logits[map.classIndex])
    let subject = try MetricSubject(
      pixels: try preprocessing.unitPixels(from: [photograph])[0], preprocessing: preprocessing,
      attribution: map, probability: probability ?? .nan)
    let value = try metric.evaluate(subject, using: model, explainer: explainer)

    let rest = try #require(try metric.frames(for: subject).image(0, of: subject))
    let shape = TensorShape([1] + rest.shape.extents)
    let expected =
      try shares(logits)[map.classIndex]
      - shares(model.logits(rest.reshaped(to: shape)).elements)[map.classIndex]
    let number = try #require(value).number
    #expect(abs(number - 100 * expected) < 1e-3 && abs(number) > 1e-3, "\(number), \(expected)")
  }

  private func shares(_ logits: [Float]) -> [Double] {
    let powers = logits.map { exp(Double($0)) }
    return powers.map { $0 / powers.reduce(0, +) }
  }
}
