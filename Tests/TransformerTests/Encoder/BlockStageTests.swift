import Testing
import XAICore
import XAIFoundation
import XAITensor
import XAITesting

@testable import XAITransformer

/// The stages of a block against their formulas in double precision: values, every gradient of pixels, slopes of parameters.
@Suite struct BlockStageTests {
  private static let toys = [ToyModel.classToken, .registers, .gated] + ToyModel.stages

  private func model(_ toy: ToyModel, _ kernels: AvailableKernels = .preferred) throws -> VisionTransformer {
    try #require(toy.make(on: kernels.make()) as? VisionTransformer)
  }

  private func input(_ height: Int = 12, _ width: Int = 12) -> Tensor {
    var random = SeededRandom(seed: 41)
    return random.normal([2, 3, height, width])
  }

  private func expected(_ naive: NaiveTransformer, _ input: Tensor, keeping kept: [[Int]]? = nil) -> Tensor {
    let logits = (0..<input.shape[0]).flatMap { image in
      naive.logits(
        input[image].elements.map(Double.init), height: input.shape[2], width: input.shape[3],
        keeping: kept?[image])
    }
    return Tensor([input.shape[0], logits.count / input.shape[0]], logits.map(Float.init))
  }

  @Test("logits", arguments: toys, AvailableKernels.all)
  func logits(_ toy: ToyModel, _ kernels: AvailableKernels) throws {
    let model = try model(toy, kernels)
    let input = input()
    let expected = expected(NaiveTransformer(model), input)
    expectCloseToLargest(try model.logits(input), expected, within: 2e-5, "\(toy)")
    let recorded = try model.forward(input, recording: Recording(gradients: true, parameters: true))
    expectCloseToLargest(recorded.logits, expected, within: 2e-5, "\(toy), with a tape")
  }

  @Test("patches that are kept stay in their places", arguments: toys, AvailableKernels.all)
  func keptPlaces(_ toy: ToyModel, _ kernels: AvailableKernels) throws {
    let (model, kept) = (try model(toy, kernels), [[1, 2, 6], [0, 5, 8]])
    expectCloseToLargest(
      try model.logits(input(), under: .keepingPatches(kept)),
      expected(NaiveTransformer(model), input(), keeping: kept), within: 2e-5, "\(toy)")
  }

  @Test("another input size, where there is nothing to interpolate", arguments: AvailableKernels.all)
  func otherSize(_ kernels: AvailableKernels) throws {
    let model = try model(.rotary, kernels)
    expectCloseToLargest(
      try model.logits(input(8, 20)), expected(NaiveTransformer(model), input(8, 20)), within: 2e-5, "rotary")
  }

  /// ∂y/∂x by central differences of the formulas in double precision, at every fifth pixel.
  @Test("gradients of pixels", arguments: toys, AvailableKernels.all)
  func inputGradients(_ toy: ToyModel, _ kernels: AvailableKernels) throws {
    let model = try model(toy, kernels)
    let (naive, image) = (NaiveTransformer(model), input()[0..<1])
    let classes = [1, 4]
    let trace = try model.forward(image, recording: Recording(gradients: true))
    let gradients = try #require(
      try model.backward(
        from: Targets([classes]).cotangent(classCount: 5), through: trace,
        requesting: GradientRequest(input: true)
      ).input)
    var pixels = image.elements.map(Double.init)
    let chosen = Array(stride(from: 0, to: pixels.count, by: 5))
    var slopes: [[Float]] = [[], []]
    for pixel in chosen {
      let value = pixels[pixel]
      let ends = [1e-5, -1e-5].map { step -> [Double] in
        pixels[pixel] = value + step
        return naive.logits(pixels, height: 12, width: 12)
      }
      pixels[pixel] = value
      for (target, index) in classes.enumerated() {
        slopes[target].append(Float((ends[0][index] - ends[1][index]) / 2e-5))
      }
    }
    for target in 0..<2 {
      let values = gradients[target].elements
      let largest = slopes[target].reduce(0) { max($0, abs($1)) }
      expectClose(
        chosen.map { values[$0] }, slopes[target], within: 1e-4 * largest, "\(toy), class \(classes[target])")
    }
  }

  /// Along a random direction of each parameter, the formulas' logit has the slope that the gradient says.
  @Test("gradients of parameters", arguments: toys, AvailableKernels.all)
  func parameterGradients(_ toy: ToyModel, _ kernels: AvailableKernels) throws {
    let model = try model(toy, kernels)
    let (image, naive) = (input()[0..<1], NaiveTransformer(model))
    let pixels = image.elements.map(Double.init)
    for keeps in [true, false] {
      let trace = try model.forward(image, recording: Recording(gradients: true, parameters: keeps))
      let gradients = try model.backward(
        from: Targets([[3]]).cotangent(classCount: 5), through: trace,
        requesting: GradientRequest(parameters: true)
      ).parameters
      #expect(Set(gradients.keys) == Set(naive.parameters.keys))
      var random = SeededRandom(seed: 42)
      var largest = 0.0
      var slopes: [(name: String, expected: Double, value: Double)] = []
      for (name, values) in naive.parameters.sorted(by: { $0.key < $1.key }) {
        let direction = values.map { _ in Double(random.normal()) }
        let ends = [1e-5, -1e-5].map { step -> Double in
          var moved = naive
          moved.parameters[name] = zip(values, direction).map { $0 + step * $1 }
          return moved.logits(pixels, height: 12, width: 12)[3]
        }
        let gradient = try #require(gradients[name]).elements
        let value = zip(gradient, direction).reduce(0) { $0 + Double($1.0) * $1.1 }
        slopes.append((name, (ends[0] - ends[1]) / 2e-5, value))
        largest = max(largest, abs(slopes[slopes.count - 1].expected))
      }
      for slope in slopes {
        #expect(
          abs(slope.value - slope.expected) <= 1e-4 * max(abs(slope.expected), 0.05 * largest),
          "\(toy) \(slope.name): \(slope.value), expected \(slope.expected)")
      }
    }
  }

  @Test("scores of rotated queries and keys depend on how far patches lie apart, and on no more")
  func rotaryOffsets() throws {
    let rotary = RotaryEmbedding(base: 20)
    var random = SeededRandom(seed: 43)
    let (query, key) = (random.normal([8]).elements, random.normal([8]).elements)
    let grid = PatchGrid(rows: 4, columns: 5)
    func rotated(_ x: [Float]) -> [[Float]] {
      let all = Tensor([1, grid.count, 1, 8], (0..<grid.count).flatMap { _ in x })
      let context = AttentionTransformContext(
        part: .queries, places: TokenPlaces(prefixCount: 0, grid: grid), parameters: [],
        kernels: AvailableKernels.preferred.make())
      let rotated = rotary.apply(to: all, in: context)[0]
      return (0..<grid.count).map { rotated[$0].elements }
    }
    let (queries, keys) = (rotated(query), rotated(key))
    func score(_ a: Int, _ b: Int) -> Float { zip(queries[a], keys[b]).reduce(0) { $0 + $1.0 * $1.1 } }
    // One row down and two columns to the right, and the way back.
    #expect(abs(score(0, 7) - score(6, 13)) < 1e-4)
    #expect(abs(score(7, 0) - score(13, 6)) < 1e-4)
    #expect(abs(score(0, 7) - score(7, 0)) > 1e-2)
    #expect(abs(score(0, 7) - score(0, 8)) > 1e-2)
  }

  @Test("cosines don't change with the length of queries and keys")
  func cosineLengths() throws {
    let model = try model(.cosine)
    var tensors = Dictionary(uniqueKeysWithValues: model.parameters.map { ($0.name, $0.tensor) })
    for name in ["weight", "bias"].map({ "blocks.1.attn.qkv.\($0)" }) {
      let tensor = try #require(tensors[name])
      let queriesAndKeys = tensor.count / 3 * 2
      tensors[name] = Tensor(
        tensor.shape, tensor.elements.enumerated().map { $0 < queriesAndKeys ? 3 * $1 : $1 })
    }
    expectClose(
      try model.replacingParameters(tensors).logits(input()), try model.logits(input()), within: 1e-5,
      "logits")
  }

  @Test("what a head's scale is cut off at takes no gradient")
  func cutScale() throws {
    let model = try model(.cosine)
    let name = "blocks.0.attn.logit_scale"
    var tensors = Dictionary(uniqueKeysWithValues: model.parameters.map { ($0.name, $0.tensor) })
    tensors[name] = Tensor([3, 1, 1], [1, 5, 1.5])
    let cut = model.replacingParameters(tensors)
    let trace = try cut.forward(input(), recording: Recording(gradients: true, parameters: true))
    let gradient = try #require(
      try cut.backward(
        from: Targets([[0], [1]]).cotangent(classCount: 5), through: trace,
        requesting: GradientRequest(parameters: true)
      ).parameters[name])
    #expect(gradient.shape == [3, 1, 1])
    #expect(gradient.elements[1] == 0 && gradient.elements[0] != 0 && gradient.elements[2] != 0)
  }

  @Test("stages that contradict one another are refused by name")
  func contradictions() throws {
    var configuration = ToyModel.rotary.configuration
    configuration.width = 18
    expectError("heads of a multiple of 4 elements, and they have 6") {
      try configuration.validate(file: "config.json")
    }
    configuration = ToyModel.cosine.configuration
    configuration.layerScale = 0.1
    expectError("config.json: there is layer scale, and norms after") {
      try configuration.validate(file: "config.json")
    }
  }

  @Test("configurations differ by their transforms")
  func equality() {
    var other = ToyModel.rotary.configuration
    #expect(other == ToyModel.rotary.configuration)
    other.attentionTransforms = [RotaryEmbedding(base: 21)]
    #expect(other != ToyModel.rotary.configuration)
    other.attentionTransforms = [QueryKeyNorm()]
    #expect(other != ToyModel.rotary.configuration)
  }
}
