import Foundation
import Testing
import ThirdPartyPlugins
import XAI
import XAITesting

/// Models whose blocks are not those of a plain vision transformer, described from outside.
@Suite struct BlockStageTests {
  struct Family: Sendable, CustomTestStringConvertible {
    let architecture: any ModelArchitecture.Type
    let inputs: [String]
    var folder: String {
      URL(fileURLWithPath: Fixture.folder).deletingLastPathComponent()
        .appendingPathComponent(architecture.descriptor.id).path
    }
    var testDescription: String { architecture.descriptor.id }
  }

  static let families = [
    Family(architecture: RotaryViT.self, inputs: ["input", "larger"]),
    Family(architecture: CosineViT.self, inputs: ["input"]),
  ]

  @Test("logits are NumPy's within 1e-5, at another size too", arguments: families, AvailableKernels.all)
  func logits(_ family: Family, _ kernels: AvailableKernels) throws {
    let expected = try SafetensorsFile(path: "\(family.folder)/expected.safetensors")
    let registry = try Registry.builtIn(adding: [RotaryViT.self, CosineViT.self])
    let model = try registry.loadModel(
      ModelDirectory(family.folder), LoadRequest(kernels: kernels.make()))
    #expect(model.descriptor.architecture == family.architecture.descriptor.id)
    for input in family.inputs {
      expectCloseToLargest(
        try model.logits(expected.tensor(input)), try expected.tensor("logits of \(input)"), within: 1e-5,
        input)
    }
  }

  /// Attention, gradients, every published propagation rule, removal of patches and heads, readouts of layers, training.
  @Test("everything that a plain vision transformer can do", arguments: families, AvailableKernels.all)
  func conforms(_ family: Family, _ kernels: AvailableKernels) throws {
    #expect(family.architecture.descriptor.capabilities == VisionTransformer.capabilities)
    ArchitectureConformance(
      family.architecture, loading: try ModelDirectory(family.folder), on: kernels.make()
    ).run()
  }

  @Test("explainers of every kind run on them", arguments: families)
  func explained(_ family: Family) throws {
    let registry = try Registry.builtIn(adding: [RotaryViT.self, CosineViT.self])
    let model = try registry.loadModel(
      ModelDirectory(family.folder), LoadRequest(kernels: AvailableKernels.preferred.make()))
    let input = try SafetensorsFile(path: "\(family.folder)/expected.safetensors").tensor("input")
    let explainers = try [
      "attention-rollout", "gmar", "grad-cam", "attnlrp", "transformer-attribution", "legrad", "bth",
      "vit-cx",
    ].map { try registry.explainer($0) }
    let explanation = try Explanation(of: input, by: explainers, using: model)
    for (explainer, maps) in zip(explainers, explanation.attributions) {
      #expect(
        maps.count == 2 && maps.joined().allSatisfy { $0.scores.allSatisfy(\.isFinite) }, "\(explainer)")
    }
  }
}
