import Testing
import XAICore
import XAITensor
import XAITesting
import XAITransformer

/// An optimiser updates parameters in place, in the memory that the model has just let go of.
@Suite struct StorageTests {
  private func address(_ tensor: borrowing Tensor) -> Int {
    tensor.withElements { Int(bitPattern: $0.baseAddress) }
  }

  /// One step, as a trainer takes it: the model goes, each tensor has one owner, and is written into where it lies.
  private func step(_ tensors: inout [String: Tensor], by factor: Float) {
    for name in Array(tensors.keys) {
      guard let tensor = tensors.removeValue(forKey: name) else { continue }
      var buffer = TensorBuffer(reusing: consume tensor)
      buffer.withElements { for index in $0.indices { $0[index] *= factor } }
      tensors[name] = buffer.freeze()
    }
  }

  /// A whole pass, so that anything that would remember parameters has had its chance; the model is gone after it.
  private func pass(_ toy: ToyModel, _ kernels: any Kernels, _ tensors: [String: Tensor]) throws -> [Float] {
    let base = try #require(toy.make(on: kernels) as? any TrainableModel)
    let model = base.replacingParameters(tensors)
    let trace = try model.forward(
      Tensor(repeating: 0.5, [1, 3, 12, 12]), recording: Recording(attention: .all, gradients: true))
    let gradients = try model.differentiable().backward(
      from: Targets([[1]]).cotangent(classCount: 5), through: trace,
      requesting: GradientRequest(parameters: true))
    return trace.logits.elements + (gradients.parameters["cls_token"]?.elements ?? [])
  }

  @Test(
    "nothing but the trainer keeps parameters alive once the model is gone", arguments: AvailableKernels.all)
  func reuse(_ kernels: AvailableKernels) throws {
    let (toy, kernels) = (ToyModel.distilled, kernels.make())
    let start = try #require(toy.make(on: kernels) as? any TrainableModel)
    var tensors: [String: Tensor] = [:]
    for parameter in start.parameters {
      tensors[parameter.name] = Tensor(parameter.tensor.shape, parameter.tensor.elements)
    }
    for round in 0..<3 {
      _ = try pass(toy, kernels, tensors)
      let before = tensors.mapValues { address($0) }
      let values = tensors.mapValues { $0.elements.map { $0 * 1.125 } }
      step(&tensors, by: 1.125)
      for (name, tensor) in tensors {
        #expect(address(tensor) == before[name], "\(name) was copied in round \(round)")
        #expect(tensor.elements == values[name], "\(name)")
      }
      // What was written in place is what the next model computes with.
      let copies = tensors.mapValues { Tensor($0.shape, $0.elements) }
      #expect(try pass(toy, kernels, tensors) == pass(toy, kernels, copies))
    }
  }

  @Test("a step's new model looks at the tensors that it is given, where they lie")
  func nothingIsCopied() throws {
    let configuration = VisionTransformerConfiguration(
      imageHeight: 224, imageWidth: 224, patchHeight: 16, patchWidth: 16, width: 192, depth: 12, headCount: 3,
      mlpWidth: 768, epsilon: 1e-6, classCount: 1_000)
    let naming = CheckpointNaming.huggingFace(root: "vit")
    let weights = VisionTransformerWeights(configuration: configuration, naming: naming) {
      Tensor(repeating: 0, $1)
    }
    let toy = try #require(
      ToyModel.classToken.make(on: AvailableKernels.preferred.make()) as? VisionTransformer)
    let model = VisionTransformer(
      descriptor: toy.descriptor, configuration: configuration, weights: weights, naming: naming,
      kernels: AvailableKernels.preferred.make())
    let tensors = Dictionary(uniqueKeysWithValues: model.parameters.map { ($0.name, $0.tensor) })
    #expect(tensors.count == 200)
    let replaced = model.replacingParameters(tensors)
    let copied = try replaced.parameters.filter {
      address($0.tensor) != address(try #require(tensors[$0.name]))
    }
    // The class token becomes a row of the table of tokens before the patches.
    #expect(copied.map(\.name) == ["vit.embeddings.cls_token"])
  }
}
