import Testing
import XAICore
import XAIFoundation
import XAITensor
import XAITesting

@testable import XAITransformer

/// Layer scale is a linear layer's rows times factors: a model whose layers have them already computes the same.
@Suite struct LayerScaleTests {
  /// The model, and the same with factors of 1 and rows multiplied by what the factors were.
  private func models(_ kernels: any Kernels) throws -> (scaled: VisionTransformer, folded: VisionTransformer)
  {
    let model = try #require(ToyModel.gated.make(on: kernels) as? VisionTransformer)
    var tensors = Dictionary(uniqueKeysWithValues: model.parameters.map { ($0.name, $0.tensor) })
    for layer in 0..<model.descriptor.layerCount {
      for (scale, map) in [("ls1", "attn.proj"), ("ls2", "mlp.fc2")] {
        let name = "blocks.\(layer).\(scale).gamma"
        let factors = try #require(tensors[name]).elements
        tensors[name] = Tensor(repeating: 1, [factors.count])
        for parameter in ["weight", "bias"] {
          let name = "blocks.\(layer).\(map).\(parameter)"
          let tensor = try #require(tensors[name])
          let columns = tensor.count / factors.count
          tensors[name] = Tensor(
            tensor.shape, tensor.elements.enumerated().map { $1 * factors[$0 / columns] })
        }
      }
    }
    return (model, model.replacingParameters(tensors))
  }

  @Test("logits and gradients are those of the folded maps", arguments: AvailableKernels.all)
  func folded(_ kernels: AvailableKernels) throws {
    let (scaled, folded) = try models(kernels.make())
    var random = SeededRandom(seed: 6)
    let input = random.normal([2, 3, 12, 12])
    func pass(_ model: VisionTransformer) throws -> (ForwardTrace, Gradients) {
      let trace = try model.forward(input, recording: Recording(gradients: true))
      return (
        trace,
        try model.differentiable().backward(
          from: Targets([[1, 3], [1, 3]]).cotangent(classCount: 5), through: trace,
          requesting: GradientRequest(input: true))
      )
    }
    let (mine, other) = (try pass(scaled), try pass(folded))
    expectCloseToLargest(mine.0.logits, other.0.logits, within: 1e-5, "logits")
    expectCloseToLargest(
      try #require(mine.1.input), try #require(other.1.input), within: 1e-5, "input gradients")
  }
}
