import Testing
import XAICore
import XAIFoundation
import XAITensor
import XAITesting
import XAITransformer

@Suite struct VisionTransformerTests {
  private func input(_ images: Int, height: Int = 12, width: Int = 12) -> Tensor {
    var random = SeededRandom(seed: 20)
    return random.normal([images, 3, height, width])
  }

  @Test("an image's logits do not depend on its batch, at another size too", arguments: AvailableKernels.all)
  func batch(_ kernels: AvailableKernels) throws {
    for toy in ToyModel.all + ToyModel.stages {
      let model = toy.make(on: kernels.make())
      for (height, width) in [(12, 12), (24, 12), (12, 36)] {
        let input = input(3, height: height, width: width)
        let logits = try model.logits(input)
        for image in 0..<3 {
          expectClose(
            try model.logits(input[image..<image + 1])[0], logits[image], within: 1e-5,
            "\(toy) \(height)×\(width), image \(image)")
        }
      }
    }
  }

  @Test("input gradients equal finite differences at another size too")
  func otherSizes() throws {
    let model = ToyModel.classToken.make(on: AvailableKernels.preferred.make())
    let input = input(1, height: 24, width: 12)
    let trace = try model.forward(input, recording: Recording(gradients: true))
    #expect(trace.layout.grid == PatchGrid(rows: 6, columns: 3))
    let gradient = try #require(
      try model.differentiable().backward(
        from: Targets([[2]]).cotangent(classCount: 5), through: trace,
        requesting: GradientRequest(input: true)
      ).input)
    let values = gradient.elements
    let strongest = try #require(values.indices.max { abs(values[$0]) < abs(values[$1]) })
    let logits = try [Float(0.01), -0.01].map { change -> Float in
      var pixels = input.elements
      pixels[strongest] += change
      return try model.logits(Tensor(input.shape, pixels))[0].elements[2]
    }
    #expect(abs((logits[0] - logits[1]) / 0.02 - values[strongest]) < 0.02 * abs(values[strongest]))
  }

  @Test(
    "inputs that are no multiple of the patch are refused with both sizes",
    arguments: [(11, 12), (12, 13), (2, 12), (0, 12), (16_388, 12)])
  func sizes(_ height: Int, _ width: Int) {
    let model = ToyModel.classToken.make(on: AvailableKernels.preferred.make())
    let error = #expect(throws: ModelError.self) { try model.layout(height: height, width: width) }
    let text = error?.description ?? ""
    #expect(text.contains("toy-class-token: an input of \(height)×\(width) pixels"), "\(text)")
    #expect(text.contains("patches of 4×4"), "\(text)")
  }

  @Test("what was not recorded is named")
  func notRecorded() throws {
    let model = ToyModel.classToken.make(on: AvailableKernels.preferred.make())
    let trace = try model.forward(input(1), recording: Recording(attention: .some([1])))
    _ = try trace.attention(ofLayer: 1)
    let attention = #expect(throws: ModelError.self) { try trace.attention(ofLayer: 0) }
    #expect(attention?.description.contains("attention of layer 0") == true)
    let activation = #expect(throws: ModelError.self) {
      try trace.activation(at: ActivationPoint(layer: 2, place: .headOutputs))
    }
    #expect(activation?.description.contains("activation head-outputs of layer 2") == true)
    let reverse = #expect(throws: ModelError.self) {
      try model.differentiable().backward(
        from: Targets([[0]]).cotangent(classCount: 5), through: trace,
        requesting: GradientRequest(input: true))
    }
    #expect(reverse?.description.contains("record with gradients: true") == true)
  }

  @Test("parameter gradients of two targets an image are refused")
  func parameterGradients() throws {
    let model = ToyModel.classToken.make(on: AvailableKernels.preferred.make())
    let trace = try model.forward(input(1), recording: Recording(gradients: true))
    #expect(throws: ModelError.self) {
      try model.differentiable().backward(
        from: Targets([[0, 1]]).cotangent(classCount: 5), through: trace,
        requesting: GradientRequest(parameters: true))
    }
  }

  @Test("parameters are asked for once each, by name, and counted", arguments: ToyModel.all)
  func weights(_ toy: ToyModel) {
    var asked: [String: Int] = [:]
    let heads = toy.configuration.readout == .meanOfClassAndDistillation ? ["head", "head_dist"] : ["head"]
    let weights = VisionTransformerWeights(configuration: toy.configuration, naming: .timm(heads: heads)) {
      name, shape in
      asked[name, default: 0] += shape.count
      return Tensor(repeating: 0, shape)
    }
    #expect(weights.parameterCount == asked.values.reduce(0, +))
    #expect(asked["blocks.2.attn.qkv.weight"] == 3 * 12 * 12)
    #expect(asked["reg_token"] == (toy == .registers ? 24 : nil))
  }
}
