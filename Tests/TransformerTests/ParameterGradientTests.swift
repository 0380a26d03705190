import Testing
import XAICore
import XAIFoundation
import XAIImage
import XAITensor
import XAITesting

@testable import XAITransformer

/// Gradients of parameters as training asks for them, on products that are large enough for every path of the kernels.
struct ParameterGradientTests {
  static let configuration = VisionTransformerConfiguration(
    imageHeight: 56, imageWidth: 56, patchHeight: 8, patchWidth: 8, width: 64, depth: 2, headCount: 4,
    mlpWidth: 192, epsilon: 1e-6, classCount: 7)

  /// Queries, keys and values have a map each, as Hugging Face's checkpoints do.
  func model(on kernels: any Kernels) -> VisionTransformer {
    let (configuration, naming) = (Self.configuration, CheckpointNaming.huggingFace(root: "vit"))
    var random = SeededRandom(seed: 3)
    let weights = VisionTransformerWeights(configuration: configuration, naming: naming) { name, shape in
      random.normal(shape, standardDeviation: name.contains("norm") ? 1 : 0.1)
    }
    let descriptor = ModelDescriptor(
      name: "test", architecture: "test", labels: (0..<configuration.classCount).map { "class \($0)" },
      layers: configuration.layerDescriptors,
      parameterCount: weights.parameterCount, layout: configuration.layout,
      preprocessing: Preprocessing(resize: .exact(height: 56, width: 56), normalisation: .half),
      capabilities: VisionTransformer.capabilities)
    return VisionTransformer(
      descriptor: descriptor, configuration: configuration, weights: weights, naming: naming, kernels: kernels
    )
  }

  private let images: Tensor = {
    var random = SeededRandom(seed: 4)
    return random.normal([4, 3, 56, 56])
  }()
  private let classes = [[0], [3], [6], [1]]

  private func gradients(
    _ model: VisionTransformer, of range: Range<Int> = 0..<4, keeps: Bool = true
  ) throws -> Gradients {
    let trace = try model.forward(
      images[range], recording: Recording(gradients: true, parameters: keeps))
    return try model.differentiable().backward(
      from: Targets(Array(classes[range])).cotangent(classCount: Self.configuration.classCount),
      through: trace, requesting: GradientRequest(parameters: true))
  }

  @Test("the same bits in every run", arguments: KernelSelection.availableKernels)
  func sameBits(_ name: String) throws {
    func bits() throws -> [String: [UInt32]] {
      let kernels = try KernelSelection.makeKernels(named: name, threads: 2)
      return try gradients(model(on: kernels)).parameters.mapValues { $0.elements.map(\.bitPattern) }
    }
    let first = try bits()
    #expect(first.count == 8 + 16 * 2)
    for _ in 0..<4 { #expect(try bits() == first) }
  }

  @Test(
    "what the forward pass keeps and what is computed again agree",
    arguments: KernelSelection.availableKernels)
  func keptAndComputedAgain(_ name: String) throws {
    let model = model(on: try KernelSelection.makeKernels(named: name, threads: 2))
    try expectEqual(gradients(model), gradients(model, keeps: false))
  }

  @Test("parts of a batch add up to the batch", arguments: KernelSelection.availableKernels)
  func parts(_ name: String) throws {
    let model = model(on: try KernelSelection.makeKernels(named: name, threads: 2))
    var sum = Gradients()
    for range in [0..<1, 1..<3, 3..<4] {
      sum.parameters.merge(try gradients(model, of: range).parameters) { known, part in
        Tensor(known.shape, zip(known.elements, part.elements).map { $0 + $1 })
      }
    }
    try expectEqual(sum, gradients(model))
  }

  @Test(
    "a model that computes only what its head reads gives what one does that computes all",
    arguments: KernelSelection.availableKernels)
  func readTokens(_ name: String) throws {
    let model = model(on: try KernelSelection.makeKernels(named: name, threads: 2))
    let last = model.configuration.depth - 1
    let points = model.descriptor.layers[last].places.filter(\.hasGradient).map {
      ActivationPoint(layer: last, place: $0.place)
    }
    let request = GradientRequest(
      attention: .all, activations: Set(points), input: true, parameters: true)
    func pass(_ recording: Recording) throws -> (
      trace: ForwardTrace, gradients: Gradients, attention: [Tensor]
    ) {
      let trace = try model.forward(images, recording: recording)
      var attention: [Tensor] = []
      let gradients = try model.differentiable().backward(
        from: Targets((0..<images.shape[0]).map { [$0 % 7] }).cotangent(classCount: 7), through: trace,
        rules: .gradient, requesting: request
      ) { attention.append($0.gradient) }
      return (trace, gradients, attention)
    }
    // A recording of the last block's output has to compute all tokens of it.
    let few = try pass(Recording(gradients: true, parameters: true))
    let all = try pass(
      Recording(
        activations: [ActivationPoint(layer: last, place: .output)], gradients: true, parameters: true))
    expectCloseToLargest(few.trace.logits, all.trace.logits, within: 1e-6, "logits")
    try expectEqual(few.gradients, all.gradients)
    expectCloseToLargest(
      try #require(few.gradients.input), try #require(all.gradients.input), within: 1e-5, "input")
    for point in points {
      let (mine, other) = (few.gradients.activations[point], all.gradients.activations[point])
      expectCloseToLargest(
        try #require(mine), try #require(other), within: 1e-5, "\(point.place.rawValue)")
    }
    for (mine, other) in zip(few.attention, all.attention) {
      expectCloseToLargest(mine, other, within: 1e-5, "attention")
    }
  }

  @Test(
    "attention is visited also where it counts as a constant", arguments: KernelSelection.availableKernels)
  func constantAttention(_ name: String) throws {
    let model = model(on: try KernelSelection.makeKernels(named: name, threads: 2))
    let trace = try model.forward(images[0..<1], recording: Recording(gradients: true))
    var visited: [Int] = []
    func inputGradient(attention: LayerSelection) throws -> Tensor {
      let gradients = try model.differentiable().backward(
        from: Targets([[2]]).cotangent(classCount: 7), through: trace, rules: .conservative,
        requesting: GradientRequest(attention: attention, input: true)
      ) { visited.append($0.layer) }
      return try #require(gradients.input)
    }
    let plain = try inputGradient(attention: .none)
    #expect(visited.isEmpty)
    #expect(try inputGradient(attention: .all).elements == plain.elements)
    #expect(visited == [1, 0])
  }

  private func expectEqual(_ actual: Gradients, _ expected: Gradients) throws {
    #expect(Set(actual.parameters.keys) == Set(expected.parameters.keys))
    for (name, gradient) in expected.parameters {
      let value = try #require(actual.parameters[name])
      #expect(value.shape == gradient.shape)
      // The gradient of a key's bias is zero, and only rounding is left of it.
      if name.hasSuffix("key.bias") {
        expectClose(value, gradient, within: 1e-5, name)
      } else {
        expectCloseToLargest(value, gradient, within: 1e-5, name)
      }
    }
  }
}
