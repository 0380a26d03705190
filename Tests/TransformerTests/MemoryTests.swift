import Testing
import XAICore
import XAIImage
import XAIModels
import XAITensor
import XAITransformer
import XAIWeights

@testable import XAITransformer

/// A pass that can't fit is refused with figures, before any memory is asked for.
@Suite struct MemoryTests {
  @Test func refusesWhatDoesNotFit() throws {
    let configuration = VisionTransformerConfiguration(
      imageHeight: 224, imageWidth: 224, patchHeight: 16, patchWidth: 16, width: 12, depth: 12, headCount: 3,
      mlpWidth: 24, epsilon: 1e-6, classCount: 2)
    let model = try emptyModel(configuration)
    try model.checkMemory(batch: 8, configuration.layout, Recording(gradients: true))
    let huge = TokenLayout(
      prefix: [.classToken], grid: PatchGrid(rows: 1_024, columns: 1_024), readout: .classToken)
    let error = #expect(throws: ModelError.self) { try model.checkMemory(batch: 1, huge, Recording()) }
    let message = try #require(error).description
    #expect(message.contains("1048577 tokens") && message.contains("GB"))
  }

  /// A model whose parameters are never looked at.
  private func emptyModel(_ configuration: VisionTransformerConfiguration) throws -> VisionTransformer {
    let weights = VisionTransformerWeights(configuration: configuration, naming: .timm()) {
      Tensor(repeating: 0, $1)
    }
    return VisionTransformer(
      descriptor: ModelDescriptor(
        name: "empty", architecture: "vit", labels: ["a", "b"], layers: configuration.layerDescriptors,
        parameterCount: 0, layout: configuration.layout,
        preprocessing: Preprocessing(resize: .exact(height: 224, width: 224)),
        capabilities: VisionTransformer.capabilities),
      configuration: configuration, weights: weights, naming: .timm(),
      kernels: try KernelSelection.makeKernels())
  }
}
