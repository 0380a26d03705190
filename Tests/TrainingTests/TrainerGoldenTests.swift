import Foundation
import Testing
import XAI
import XAITesting

@testable import XAITraining

/// Ten steps against PyTorch's, weight by weight.
@Suite struct TrainerGoldenTests {
  private static let cases: [String: [(key: String, value: String)]] = [
    "adam": [("preset", "adam")],
    "adam-decay": [
      ("optimizer", "adam"), ("learning-rate", "2e-4"), ("weight-decay", "0.1"), ("clip", "0"),
      ("schedule", "constant"),
    ],
    "adamw": [
      ("learning-rate", "1e-3"), ("weight-decay", "0.05"), ("label-smoothing", "0.1"), ("clip", "0.5"),
      ("warm-up", "3"),
    ],
  ]

  @Test(
    "weights within 1e-4, losses within 1e-5, in one part or in several", arguments: cases.keys.sorted(),
    AvailableKernels.all)
  func tenSteps(name: String, _ kernels: AvailableKernels) throws {
    for microBatch in [1, 4] { try check(name, kernels, microBatch) }
  }

  private func check(_ name: String, _ kernels: AvailableKernels, _ microBatch: Int) throws {
    let options: [(key: String, value: String)] = [
      ("crop", "none"), ("flip", "false"), ("batch-size", "4"), ("epochs", "10"),
      ("micro-batch", "\(microBatch)"),
    ]
    let recipe = try Recipe(try #require(Self.cases[name]) + options, of: "train")
    let model = try smallModel(on: kernels.make())
    let folder = TemporaryFolder()
    let classes = model.descriptor.classCount
    var trainer = try Trainer(
      TrainingTask(
        model: model, training: formulaSplit(4, classes: classes), validation: nil, recipe: recipe,
        folder: folder.path), kernels: "test")
    var losses: [Float] = []
    _ = try trainer.run {
      if case .step(let step) = $0 { losses.append(Float(step.loss)) }
      return true
    }
    let expected = try SafetensorsFile(
      path: fixtures.appendingPathComponent("training/\(name).safetensors").path)
    expectClose(losses, try expected.tensor("losses").elements, within: 1e-5, "losses")
    let written = try Registry.builtIn().loadModel(
      ModelDirectory(folder.path), LoadRequest(kernels: kernels.make()))
    let parameters = try #require(written as? any TrainableModel).parameters
    #expect(parameters.count == expected.tensors.count - 1)
    for parameter in parameters {
      // A key's bias shifts all scores of a row alike: its gradient is zero, and Adam makes whole steps of what rounding
      // leaves of it. It has no effect, and can't go farther apart than both learning rates add up to.
      let tolerance = parameter.name.hasSuffix("key.bias") ? Float(20 * recipe.learningRate) : 1e-4
      expectClose(parameter.tensor, try expected.tensor(parameter.name), within: tolerance, parameter.name)
    }
  }
}
