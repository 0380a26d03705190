import Foundation
import Testing
import XAI
import XAITesting

/// The masking metrics against PyTorch, with the model `hf-vit`.
@Suite struct MetricGoldenTests {
  private let expected: SafetensorsFile
  private let model: ModelDirectory

  init() throws {
    let fixtures = GoldenCase.fixtures
    expected = try SafetensorsFile(path: fixtures.appendingPathComponent("metrics/expected.safetensors").path)
    model = try ModelDirectory(fixtures.appendingPathComponent("models/hf-vit").path)
  }

  @Test(
    "values within 0.01 percentage points", arguments: ["average-drop", "average-increase", "average-gain"],
    AvailableKernels.nearFloat32)
  func values(_ id: String, _ kernels: AvailableKernels) throws {
    let registry = try Registry.builtIn()
    let model = try registry.loadModel(model, LoadRequest(kernels: kernels.make()))
    let metric = try registry.metric(id)
    let (pixels, maps) = (try expected.tensor("pixels"), try expected.tensor("maps"))
    let targets = try expected.tensor("target").elements.map { Int($0) }
    let (wanted, masked) = (try expected.tensor(id), try expected.tensor("masked"))
    let whole = try expected.tensor("whole").elements
    let logits = try model.logits(model.descriptor.preprocessing.normalised(pixels))
    for (image, target) in targets.enumerated() {
      let probability = softmax(logits[image].elements)[target]
      expectClose(
        [probability], [whole[image]], within: 1e-5 * kernels.slack, "the probability on image \(image)")
      for map in 0..<maps.shape[0] {
        // Where nothing is masked rounding decides whether the probability rises.
        guard id != "average-increase" || abs(masked[image].elements[map] - whole[image]) > 1e-5 else {
          continue
        }
        let subject = try MetricSubject(
          pixels: pixels[image], preprocessing: model.descriptor.preprocessing, map: maps[map].elements,
          classIndex: target, probability: probability)
        let value = try #require(try metric.evaluate(subject, using: model)).number
        expectClose(
          [Float(value)], [wanted[image].elements[map]], within: 0.01 * kernels.slack,
          "\(id), image \(image), map \(map)")
      }
    }
  }
}
