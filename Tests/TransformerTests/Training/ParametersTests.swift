import Testing
import XAICore
import XAIFoundation
import XAITensor
import XAITesting
import XAITransformer

@Suite struct ParametersTests {
  private func model(_ toy: ToyModel = .classToken) throws -> any TrainableModel {
    try #require(toy.make(on: AvailableKernels.preferred.make()) as? any TrainableModel)
  }

  private func input(_ model: any Model) -> Tensor {
    var random = SeededRandom(seed: 21)
    return random.normal([2, 3, 12, 12])
  }

  private func values(_ model: any TrainableModel) -> [String: Tensor] {
    Dictionary(uniqueKeysWithValues: model.parameters.map { ($0.name, $0.tensor) })
  }

  @Test("every parameter once, in the order of the network; matrices decay, heads are heads")
  func list() throws {
    let parameters = try model(.distilled).parameters
    let block = [
      "norm1.weight", "norm1.bias", "attn.qkv.weight", "attn.qkv.bias", "attn.proj.weight", "attn.proj.bias",
      "norm2.weight", "norm2.bias", "mlp.fc1.weight", "mlp.fc1.bias", "mlp.fc2.weight", "mlp.fc2.bias",
    ]
    let embedding = [
      "patch_embed.proj.weight", "patch_embed.proj.bias", "cls_token", "dist_token", "pos_embed",
    ]
    let blocks = (0..<3).flatMap { index in block.map { "blocks.\(index).\($0)" } }
    let heads = ["head.weight", "head.bias", "head_dist.weight", "head_dist.bias"]
    #expect(parameters.map(\.name) == embedding + blocks + ["norm.weight", "norm.bias"] + heads)
    #expect(parameters.filter(\.isHead).map(\.name) == heads)
    let decayed = parameters.filter { $0.name.hasSuffix("weight") && !$0.name.contains("norm") }
    #expect(parameters.filter(\.isDecayed).map(\.name) == decayed.map(\.name))
    #expect(parameters[0].tensor.shape == [12, 3, 4, 4])
    #expect(parameters[2].tensor.shape == [1, 1, 12])
    #expect(parameters[4].tensor.shape == [1, 11, 12])
  }

  @Test(
    "names and shapes are those of the gradients and of what the weights are read by",
    arguments: ToyModel.all + ToyModel.stages + [.zeroShot]
  )
  func gradients(_ toy: ToyModel) throws {
    let model = try model(toy)
    let trace = try model.forward(input(model), recording: Recording(gradients: true))
    let gradients = try model.differentiable().backward(
      from: Targets([[0], [1]]).cotangent(classCount: 5), through: trace,
      requesting: GradientRequest(parameters: true)
    ).parameters
    #expect(gradients.mapValues(\.shape) == values(model).mapValues(\.shape))

    var asked: [String: TensorShape] = [:]
    _ = VisionTransformerWeights(configuration: toy.configuration, naming: toy.naming) {
      name, shape in
      asked[name] = shape
      return Tensor(repeating: 0, shape)
    }
    #expect(asked == values(model).mapValues(\.shape))
  }

  @Test(
    "put in place again, the parameters give the same bits",
    arguments: ToyModel.all + ToyModel.stages + [.zeroShot],
    AvailableKernels.all)
  func identity(_ toy: ToyModel, _ kernels: AvailableKernels) throws {
    let model = try #require(toy.make(on: kernels.make()) as? any TrainableModel)
    let input = input(model)
    let same = model.replacingParameters(values(model))
    #expect(try same.logits(input).elements == model.logits(input).elements)
    #expect(same.descriptor.parameterCount == model.descriptor.parameterCount)
  }

  @Test(
    "a parameter that is replaced changes what it should, and no other",
    arguments: ToyModel.all + ToyModel.stages)
  func oneParameter(_ toy: ToyModel) throws {
    let model = try model(toy)
    let input = input(model)
    let (old, logits) = (values(model), try model.logits(input).elements)
    var random = SeededRandom(seed: 22)
    for parameter in model.parameters {
      var tensors = old
      tensors[parameter.name] = random.normal(parameter.tensor.shape)
      let changed = model.replacingParameters(tensors)
      for other in changed.parameters {
        #expect(other.tensor.elements == tensors[other.name]?.elements, "\(other.name)")
      }
      #expect(try changed.logits(input).elements != logits, "\(parameter.name)")
    }
    // The bias of a head is added to the logits, and does nothing else.
    let bias = Tensor([5], [1, 2, 3, 4, 5])
    let shifted = try model.replacingParameters(old.merging(["head.bias": bias]) { $1 }).logits(input)
    let share: Float = toy == .distilled ? 0.5 : 1
    let known = old["head.bias"]?.elements ?? []
    let expected = logits.indices.map { logits[$0] + share * (bias.elements[$0 % 5] - known[$0 % 5]) }
    expectClose(shifted, Tensor([2, 5], expected), within: 1e-5, "logits")
  }

  @Test("a missing parameter and one of another shape are found at once, by name")
  func wrong() async throws {
    await #expect(processExitsWith: .failure) {
      let model = ToyModel.classToken.make(on: AvailableKernels.preferred.make()) as? any TrainableModel
      var tensors: [String: Tensor] = [:]
      for parameter in model?.parameters.dropLast() ?? [] { tensors[parameter.name] = parameter.tensor }
      _ = model?.replacingParameters(tensors)
    }
    await #expect(processExitsWith: .failure) {
      let model = ToyModel.classToken.make(on: AvailableKernels.preferred.make()) as? any TrainableModel
      var tensors: [String: Tensor] = [:]
      for parameter in model?.parameters ?? [] { tensors[parameter.name] = parameter.tensor }
      tensors["head.bias"] = Tensor(repeating: 0, [6])
      _ = model?.replacingParameters(tensors)
    }
  }
}
