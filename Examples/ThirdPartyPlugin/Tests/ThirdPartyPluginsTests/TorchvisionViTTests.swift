import Foundation
import Testing
import ThirdPartyPlugins
import XAI
import XAITesting

/// The fixture: a small random model of torchvision with what PyTorch computes with it.
enum Fixture {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fixtures/torchvision-vit").path

  static func registry() throws -> Registry {
    try .builtIn(adding: [TokenLength.self, HiResCAM.self, TorchvisionViT.self, Comprehensiveness.self])
  }

  static func model(on kernels: any Kernels) throws -> any Model {
    try registry().loadModel(ModelDirectory(folder), LoadRequest(kernels: kernels))
  }

  static func expected(_ name: String) throws -> Tensor {
    try SafetensorsFile(path: "\(folder)/expected.safetensors").tensor(name)
  }
}

@Suite struct TorchvisionViTTests {
  @Test("logits are PyTorch's within 1e-5", arguments: AvailableKernels.all)
  func logits(_ kernels: AvailableKernels) throws {
    let model = try Fixture.model(on: kernels.make())
    #expect(model.descriptor.architecture == "torchvision-vit")
    expectClose(
      try model.logits(Fixture.expected("input")), try Fixture.expected("logits"), within: 1e-5, "logits")
  }

  @Test func parameterGradientsHaveTorchvisionsNames() throws {
    let model = try Fixture.model(on: KernelSelection.makeKernels())
    let trace = try model.forward(Fixture.expected("input"), recording: Recording(gradients: true))
    let gradients = try model.differentiable().backward(
      from: Targets([[0], [1]]).cotangent(classCount: 5), through: trace,
      requesting: GradientRequest(parameters: true))
    let stored = try SafetensorsFile(path: "\(Fixture.folder)/model.safetensors").tensors.map(\.name)
    #expect(Set(gradients.parameters.keys) == Set(stored))
  }

  @Test func builtInPluginsRefuseTheDirectoryByName() throws {
    let directory = try ModelDirectory(Fixture.folder)
    #expect(throws: RegistryError.self) {
      try Registry.builtIn().loadModel(directory, LoadRequest(kernels: KernelSelection.makeKernels()))
    }
  }

  @Test(arguments: AvailableKernels.all)
  func conforms(_ kernels: AvailableKernels) throws {
    ArchitectureConformance(
      TorchvisionViT.self, loading: try ModelDirectory(Fixture.folder), on: kernels.make()
    )
    .run()
  }
}
