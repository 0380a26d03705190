import Foundation
import Synchronization
import Testing
import XAICore
import XAIExplainers
import XAIFoundation
import XAIImage
import XAIModels
import XAITensor
import XAITesting
import XAITransformer
import XAIViT
import XAIWeights

@Suite struct TrainableConformanceTests {
  @Test(
    "broken parameters, gradients and heads are found out", arguments: BrokenTrainableModel.Fault.allCases)
  func models(_ fault: BrokenTrainableModel.Fault) throws {
    let failures = ModelConformance(try #require(BrokenTrainableModel(fault: fault))).failures()
    #expect(Set(failures.map(\.check)) == fault.checks, "\(failures)")
  }

  private func directory() throws -> ModelDirectory {
    let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Fixtures/models")
    return try ModelDirectory(fixtures.appendingPathComponent("hf-vit").path)
  }

  private func checks(_ architecture: any ModelArchitecture.Type) throws -> Set<ConformanceFailure.Check> {
    Set(try ArchitectureConformance(architecture, loading: directory()).failures().map(\.check))
  }

  @Test("a family that writes what it doesn't read, or makes untrained models anyhow, is found out")
  func families() throws {
    #expect(try checks(ViT.self) == [])
    #expect(try checks(ForgetfulViT.self) == [.writing])
    #expect(try checks(ShiftedViT.self) == [.writing])
    #expect(try checks(UnlabelledViT.self) == [.untrained])
    #expect(try checks(RestlessViT.self) == [.determinism])
  }
}

/// Reads a written model's labels in another order.
private enum ForgetfulViT: ModelArchitecture {
  static let descriptor = ViT.descriptor
  static func matches(_ directory: ModelDirectory) -> Bool { ViT.matches(directory) }
  static func load(_ directory: ModelDirectory, _ request: LoadRequest) throws -> any Model {
    let model = try ViT.load(directory, request)
    guard directory.path.contains("xai-conformance"), let model = model as? VisionTransformer else {
      return model
    }
    var descriptor = model.descriptor
    descriptor.labels.reverse()
    return Redescribed(descriptor: descriptor, base: model)
  }
}

/// Reads a written model with another last bias.
private enum ShiftedViT: ModelArchitecture {
  static let descriptor = ViT.descriptor
  static func matches(_ directory: ModelDirectory) -> Bool { ViT.matches(directory) }
  static func load(_ directory: ModelDirectory, _ request: LoadRequest) throws -> any Model {
    let model = try ViT.load(directory, request)
    guard directory.path.contains("xai-conformance"), let model = model as? VisionTransformer else {
      return model
    }
    let tensors = model.parameters.map { parameter in
      let shift: Float = parameter.name == "classifier.bias" ? 1 : 0
      return (parameter.name, Tensor(parameter.tensor.shape, parameter.tensor.elements.map { $0 + shift }))
    }
    return model.replacingParameters(Dictionary(uniqueKeysWithValues: tensors))
  }
}

/// Makes untrained models of the classes that the configuration has.
private enum UnlabelledViT: ModelArchitecture {
  static let descriptor = ViT.descriptor
  static func matches(_ directory: ModelDirectory) -> Bool { ViT.matches(directory) }
  static func load(_ directory: ModelDirectory, _ request: LoadRequest) throws -> any Model {
    try ViT.load(directory, request)
  }
  static func makeUntrained(
    _ directory: ModelDirectory, labels: [String], random: inout SeededRandom, on kernels: any Kernels
  ) throws -> any TrainableModel {
    try ViT.makeUntrained(
      directory, labels: labels.map { "not \($0)" }, random: &random, on: kernels)
  }
}

/// How many models the restless family has made.
private let madeCount = Atomic<UInt64>(0)

/// Makes other untrained models each time.
private enum RestlessViT: ModelArchitecture {
  static let descriptor = ViT.descriptor
  static func matches(_ directory: ModelDirectory) -> Bool { ViT.matches(directory) }
  static func load(_ directory: ModelDirectory, _ request: LoadRequest) throws -> any Model {
    try ViT.load(directory, request)
  }
  static func makeUntrained(
    _ directory: ModelDirectory, labels: [String], random: inout SeededRandom, on kernels: any Kernels
  ) throws -> any TrainableModel {
    var random = SeededRandom(seed: madeCount.add(1, ordering: .relaxed).newValue)
    return try ViT.makeUntrained(directory, labels: labels, random: &random, on: kernels)
  }
}

/// A model under another descriptor.
private struct Redescribed: DifferentiableModel {
  let descriptor: ModelDescriptor
  let base: VisionTransformer

  func layout(height: Int, width: Int) throws -> TokenLayout { try base.layout(height: height, width: width) }
  func forward(_ input: Tensor, recording: Recording) throws -> ForwardTrace {
    try base.forward(input, recording: recording)
  }
  func backward(
    from cotangent: Tensor, through trace: ForwardTrace, rules: PropagationRules,
    requesting request: GradientRequest, visitAttention: (AttentionGradient) throws -> Void
  ) throws -> Gradients {
    try base.backward(
      from: cotangent, through: trace, rules: rules, requesting: request, visitAttention: visitAttention)
  }
}
