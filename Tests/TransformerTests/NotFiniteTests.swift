import Testing
import XAICore
import XAIExplainers
import XAIFoundation
import XAITensor
import XAITesting
import XAITransformer

/// Values that are not finite never become a map, and the first tensor that has one is named.
@Suite struct NotFiniteTests {
  static let models = ToyModel.all + ToyModel.stages + [.zeroShot, .unreadPrefix]

  private func images(_ toy: ToyModel, count: Int = 1) -> Tensor {
    var random = SeededRandom(seed: 7)
    return random.normal([count, 3, toy.configuration.imageHeight, toy.configuration.imageWidth])
  }

  /// What a map that cares for nothing but the grid says of a model and images.
  private func error(_ model: any Model, _ input: Tensor) -> ModelError? {
    do {
      _ = try Explanation(of: input, by: [CentreMap()], using: model)
      return nil
    } catch {
      return error as? ModelError
    }
  }

  private func first(_ error: ModelError?) -> NotFiniteTensor? {
    guard case .notFinite(_, _, let first)? = error else { return nil }
    return first
  }

  /// The model with a parameter that has `value` at one place.
  private func poisoned(
    _ toy: ToyModel, _ model: any TrainableModel, _ name: String, _ value: Float
  ) -> (any Model, [Int]) {
    var tensors = Dictionary(uniqueKeysWithValues: model.parameters.map { ($0.name, $0.tensor) })
    var place: [Int] = []
    tensors[name] = tensors[name].map { tensor in
      var elements = tensor.elements
      // After the last attention only what is read counts: of a table of position bias, a class token sees the row of its
      // attention to patches, and patches see that of no offset.
      let isOfClassToken = name.hasSuffix("table") && toy.configuration.readout == .classToken
      let index = isOfClassToken ? elements.count - 3 * tensor.shape[1] : elements.count / 2
      elements[index] = value
      var rest = index
      for extent in tensor.shape.extents.reversed() {
        place.insert(rest % extent, at: 0)
        rest /= extent
      }
      return Tensor(tensor.shape, elements)
    }
    return (model.replacingParameters(tensors), place)
  }

  @Test("NaN in any parameter is found, named and placed", arguments: models, AvailableKernels.all)
  func parameters(_ toy: ToyModel, _ kernels: AvailableKernels) throws {
    let model = try toy.make(on: kernels.make()).trainable()
    for parameter in model.parameters {
      let (poisoned, place) = poisoned(toy, model, parameter.name, .nan)
      let found = first(error(poisoned, images(toy)))
      #expect(found?.kind == .parameter(parameter.name), "\(parameter.name)")
      #expect(found?.place == place && found?.value.isNaN == true, "\(parameter.name)")
    }
  }

  @Test("so is an infinite bias", arguments: models, AvailableKernels.all)
  func biases(_ toy: ToyModel, _ kernels: AvailableKernels) throws {
    let model = try toy.make(on: kernels.make()).trainable()
    for parameter in model.parameters where parameter.name.hasSuffix("bias") {
      let (poisoned, place) = poisoned(toy, model, parameter.name, .infinity)
      let found = first(error(poisoned, images(toy)))
      #expect(found?.kind == .parameter(parameter.name), "\(parameter.name)")
      #expect(found?.place == place && found?.value == .infinity, "\(parameter.name)")
    }
  }

  @Test("a model of stages has names as well")
  func stages() throws {
    let toy = HierarchicalToyModel.padded
    let kernels = AvailableKernels.preferred.make()
    let names = try #require(toy.make(on: kernels) as? any ParameterListing).namedTensors.map(\.name)
    #expect(names.count == Set(names).count && names.contains("1.norm.weight"))
    var random = SeededRandom(seed: 7)
    let input = random.normal([1, 3, 20, 28])
    for name in ["patch.weight", "0.1.table", "1.reduction.weight", "head.bias"] {
      let model = toy.make(on: kernels) { name == $0 ? .nan : nil }
      #expect(first(error(model, input))?.kind == .parameter(name))
    }
  }

  @Test("an overflow is named by the place where it begins")
  func overflow() throws {
    let model = try ToyModel.classToken.make(on: AvailableKernels.preferred.make()).trainable()
    for (name, place) in [("blocks.1.mlp.fc2.weight", Place.output), ("blocks.1.mlp.fc1.weight", .mlpHidden)]
    {
      var tensors = Dictionary(uniqueKeysWithValues: model.parameters.map { ($0.name, $0.tensor) })
      tensors[name] = tensors[name].map {
        Tensor($0.shape, $0.elements.map { Float(signOf: $0, magnitudeOf: 3e38) })
      }
      let error = error(model.replacingParameters(tensors), images(.classToken))
      #expect(first(error)?.kind == .activation(ActivationPoint(layer: 1, place: place)))
      #expect(error?.description.contains("\(place.rawValue) of layer 1 (") == true)
    }
  }

  @Test("an overflow behind the last layer has no place")
  func classifier() throws {
    let model = try ToyModel.classToken.make(on: AvailableKernels.preferred.make()).trainable()
    var tensors = Dictionary(uniqueKeysWithValues: model.parameters.map { ($0.name, $0.tensor) })
    tensors["head.weight"] = tensors["head.weight"].map { Tensor(repeating: 3e38, $0.shape) }
    tensors["norm.weight"] = tensors["norm.weight"].map { Tensor(repeating: 100, $0.shape) }
    let error = error(model.replacingParameters(tensors), images(.classToken))
    #expect(first(error) == nil)
    #expect(error?.description.hasSuffix("parameters and layers are finite") == true)
  }

  @Test("an image with NaN is the input of its place", arguments: models)
  func input(_ toy: ToyModel) throws {
    let input = images(toy, count: 2)
    var elements = input.elements
    elements[input.count / 2 + 150] = .nan
    let error = error(
      toy.make(on: AvailableKernels.preferred.make()), Tensor(input.shape, elements))
    #expect(first(error)?.kind == .input)
    #expect(first(error)?.place == [0, 1, 0, 6])
  }

  /// Tokens of almost no variance are divided by √ε, 10⁻³, and a classifier's weights of 10³⁷ by that are beyond float32:
  /// the logits are finite, and their gradient is not.
  @Test("a gradient that overflows alone is named")
  func gradient() throws {
    let model = try ToyModel.classToken.make(on: AvailableKernels.preferred.make()).trainable()
    let small = ["patch_embed", "cls_token", "pos_embed", "attn.proj", "mlp.fc2"]
    let tensors = model.parameters.map { parameter -> (String, Tensor) in
      let factor: Float =
        small.contains(where: parameter.name.contains) ? 1e-6 : parameter.name == "head.weight" ? 1e37 : 1
      let elements = parameter.tensor.elements.map { $0 * factor }
      return (parameter.name, Tensor(parameter.tensor.shape, elements))
    }
    let changed = model.replacingParameters(Dictionary(uniqueKeysWithValues: tensors))
    let logits = try changed.logits(images(.classToken)).elements
    #expect(!logits.contains { !$0.isFinite })
    let error = #expect(throws: AttributionError.self) {
      try GMAR().explain(images(.classToken), targets: .classes([1]), using: changed)
    }
    guard case .notFinite("gmar", let first)? = error else {
      Issue.record("not \(String(describing: error))")
      return
    }
    #expect(first?.kind == .gradient(ActivationPoint(layer: 2, place: .output)))
    // What asks for no gradient has its map.
    #expect(throws: Never.self) { try AttentionRollout().explain(images(.classToken), using: changed) }
  }

  @Test("changed inputs are held to the same")
  func frames() throws {
    let model = ToyModel.classToken.make(on: AvailableKernels.preferred.make())
    let image = images(.classToken)[0]
    let plan = FramePlan([
      .whole, Frame(.image(FrameImage(.operand(0) * .constant(.infinity)) { [image] })),
    ])
    var runner = try FrameRunner(CentreMap(), model: model, batchSize: 4, total: 2)
    let error = #expect(throws: ModelError.self) { try runner.run(plan, of: image) { _, _ in } }
    #expect(first(error)?.kind == .input)
  }
}
