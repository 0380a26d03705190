import Foundation
import Testing
import XAICore
import XAIFoundation
import XAIModels
import XAISwin
import XAITensor
import XAITesting
import XAIWeights

/// Parameters of Swin, and what changes them.
@Suite struct SwinTrainingTests {
  private static let padded = SwinFixture.all.filter { $0.name.hasSuffix("-padded") }

  @Test(
    "gradients of parameters are autograd's, and have the names and shapes of the checkpoint",
    arguments: padded,
    AvailableKernels.all)
  func gradients(_ golden: SwinFixture, _ kernels: AvailableKernels) throws {
    let model = try golden.model(on: kernels.make()).trainable()
    let trace = try model.forward(
      golden.tensor("input"), recording: Recording(gradients: true, parameters: true))
    let targets = try Targets([[golden.targets[0].class], [golden.targets[2].class]])
    let gradients = try model.backward(
      from: targets.cotangent(classCount: model.descriptor.classCount), through: trace,
      requesting: GradientRequest(parameters: true)
    ).parameters
    let prefix = "parameter_gradient."
    let names = golden.expected.tensors.map(\.name).filter { $0.hasPrefix(prefix) }
    #expect(Set(names.map { String($0.dropFirst(prefix.count)) }) == Set(gradients.keys))
    #expect(
      gradients.mapValues(\.shape)
        == Dictionary(uniqueKeysWithValues: model.parameters.map { ($0.name, $0.tensor.shape) }))
    let all = try names.map { try golden.tensor($0) }
    let largest = all.reduce(Float(0)) { $1.elements.reduce($0) { max($0, abs($1)) } }
    for (name, expected) in zip(names, all) {
      let found = try #require(gradients[String(name.dropFirst(prefix.count))])
      // The gradient of a bias that adds the same to all scores of a row is 0, and there is rounding in its place.
      let own = expected.elements.reduce(1e-3 * largest) { max($0, abs($1)) }
      expectClose(found, expected, within: 1e-4 * own, name)
    }
  }

  @Test(
    "the parameters are all there are, and a model of them computes the same",
    arguments: HierarchicalToyModel.all)
  func replacing(_ toy: HierarchicalToyModel) throws {
    let model = try toy.make(on: AvailableKernels.preferred.make()).trainable()
    let parameters = model.parameters
    #expect(parameters.reduce(0) { $0 + $1.tensor.count } == model.descriptor.parameterCount)
    #expect(Set(parameters.map(\.name)).count == parameters.count)
    #expect(parameters.filter(\.isHead).map(\.name) == ["head.weight", "head.bias"])
    #expect(Set(parameters.compactMap(\.layer)) == Set(0..<model.descriptor.layerCount))
    #expect(
      parameters.first { $0.name == "1.reduction.weight" }.map { $0.layer == 2 && $0.isDecayed } ?? true)
    let copy = model.replacingParameters(
      Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0.tensor) }))
    var random = SeededRandom(seed: 3)
    let input = random.normal([2, 3, 20, 28])
    #expect(try copy.logits(input).elements == model.logits(input).elements)
    let other = model.replacingHead(labels: ["one", "two"], random: &random)
    #expect(try other.logits(input).shape == [2, 2])
    #expect(other.descriptor.labels == ["one", "two"])
  }

  @Test("an untrained model is one of its configuration, whose blocks of version 2 change nothing yet")
  func untrained() throws {
    let folder = NSTemporaryDirectory() + "xai-swin-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for type in ["swin", "swinv2"] {
      let config = """
        {"model_type": "\(type)", "image_size": 32, "patch_size": 4, "embed_dim": 12, "depths": [2, 1],
         "num_heads": [2, 3], "window_size": 4}
        """
      try Data(config.utf8).write(to: URL(fileURLWithPath: "\(folder)/config.json"))
      var random = SeededRandom(seed: 8)
      let model = try Registry(plugins: builtInModels).makeUntrainedModel(
        ModelDirectory(folder), labels: ["a", "b", "c"], random: &random,
        on: AvailableKernels.preferred.make())
      #expect(model.parameters.reduce(0) { $0 + $1.tensor.count } == model.descriptor.parameterCount)
      let trace = try model.forward(
        random.normal([2, 3, 32, 32]),
        recording: Recording(activations: [
          ActivationPoint(layer: 0, place: .input), ActivationPoint(layer: 1, place: .output),
        ]))
      #expect(trace.logits.shape == [2, 3] && trace.logits.elements.allSatisfy(\.isFinite))
      let (before, after) = (
        try trace.activation(at: ActivationPoint(layer: 0, place: .input)),
        try trace.activation(at: ActivationPoint(layer: 1, place: .output))
      )
      #expect((before.elements == after.elements) == (type == "swinv2"))
    }
  }

  @Test("a Swin of timm can't be made from its configuration alone")
  func timm() throws {
    var random = SeededRandom(seed: 8)
    let golden = try #require(SwinFixture.all.first { $0.name == "timm-swin" })
    expectError("\"model_type\": \"swin\"") {
      try Registry(plugins: builtInModels).makeUntrainedModel(
        ModelDirectory(golden.modelPath), labels: ["a"], random: &random,
        on: AvailableKernels.preferred.make())
    }
  }
}
