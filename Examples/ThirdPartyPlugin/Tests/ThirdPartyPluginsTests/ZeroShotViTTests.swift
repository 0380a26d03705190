import Foundation
import Testing
import ThirdPartyPlugins
import XAI
import XAITesting

/// A directory of a small random model, gone when the test is over.
private final class ZeroShotDirectory {
  let path = NSTemporaryDirectory() + "third-party-zero-shot-\(UUID().uuidString)"
  private(set) var tensors: [String: Tensor] = [:]

  /// - Parameter leftover: tensors that the family has no use for.
  init(leftover: [String: Tensor] = [:]) throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let config = """
      {"architectures": ["ZeroShotVisionTransformer"], "model_type": "zero-shot-vit", "image_size": 12,
       "patch_size": 4, "hidden_size": 12, "num_hidden_layers": 2, "num_attention_heads": 3,
       "intermediate_size": 20, "layer_norm_eps": 1e-6, "projection_dim": 8, "logit_scale": 10}
      """
    try Data(config.utf8).write(to: URL(fileURLWithPath: "\(path)/config.json"))
    // Asked for its parameters, a configuration tells their names and shapes.
    var (random, tensors) = (SeededRandom(seed: 1), [String: Tensor]())
    try SafetensorsWriter().write(["none": Tensor([1], [0])], to: "\(path)/model.safetensors")
    let configuration = try ZeroShotViT.configuration(ModelDirectory(path))
    _ = VisionTransformerWeights(configuration: configuration, naming: ZeroShotViT.naming) { name, shape in
      let isNorm = name.contains("layernorm") && name.hasSuffix("weight")
      let tensor = random.normal(shape, mean: isNorm ? 1 : 0, standardDeviation: 0.3)
      // Classes are given, and not in the checkpoint.
      if !name.hasPrefix("classes.") { tensors[name] = tensor }
      return tensor
    }
    self.tensors = tensors
    try SafetensorsWriter().write(tensors.merging(leftover) { $1 }, to: "\(path)/model.safetensors")
  }

  func directory() throws -> ModelDirectory { try ModelDirectory(path) }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

@Suite struct ZeroShotViTTests {
  private func classes() throws -> ClassVectors {
    var random = SeededRandom(seed: 2)
    return try ClassVectors(random.normal([4, 8]), names: ["cat", "dog", "eel", "fox"])
  }

  private func load(_ fixture: ZeroShotDirectory, _ classes: ClassSource?, on kernels: any Kernels) throws
    -> any Model
  {
    try Registry.builtIn(adding: [ZeroShotViT.self]).loadModel(
      fixture.directory(), LoadRequest(kernels: kernels, classes: classes))
  }

  @Test("it conforms, with all that a plain vision transformer gives", arguments: AvailableKernels.all)
  func conforms(_ kernels: AvailableKernels) throws {
    let fixture = try ZeroShotDirectory()
    ArchitectureConformance(
      ZeroShotViT.self, loading: try fixture.directory(), on: kernels.make(), classes: .vectors(try classes())
    )
    .run()
    let model = try load(fixture, .vectors(classes()), on: kernels.make())
    #expect(model.descriptor.capabilities == VisionTransformer.capabilities)
    #expect(model.descriptor.labels == ["cat", "dog", "eel", "fox"])
    #expect(try model.logits(Tensor(repeating: 0.5, [1, 3, 16, 20])).shape == [1, 4])
  }

  @Test("logits are scaled cosines of the projected class token", arguments: AvailableKernels.all)
  func logits(_ kernels: AvailableKernels) throws {
    let (fixture, classes) = (try ZeroShotDirectory(), try classes())
    let model = try load(fixture, .vectors(classes), on: kernels.make())
    var random = SeededRandom(seed: 3)
    let output = ActivationPoint(layer: 1, place: .output)
    let trace = try model.forward(
      random.normal([2, 3, 12, 12]), recording: Recording(activations: [output]))
    func tensor(_ name: String) throws -> [Double] {
      try #require(fixture.tensors[name]).elements.map(Double.init)
    }
    func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    let (weight, bias) = (
      try tensor("zero-shot-vit.layernorm.weight"), try tensor("zero-shot-vit.layernorm.bias")
    )
    let projection = try tensor("visual_projection.weight")
    for image in 0..<2 {
      let x = try trace.activation(at: output)[image][0].elements.map(Double.init)
      let mean = x.reduce(0, +) / 12
      let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 12
      let f = x.indices.map { (x[$0] - mean) / (variance + 1e-6).squareRoot() * weight[$0] + bias[$0] }
      let g = (0..<8).map { dot(Array(projection[$0 * 12..<($0 + 1) * 12]), f) }
      let expected = (0..<4).map { index in
        let v = classes.vectors[index].elements.map(Double.init)
        return Float(10 * dot(g, v) / (dot(g, g) * dot(v, v)).squareRoot())
      }
      expectClose(trace.logits[image].elements, expected, within: 2e-5, "image \(image)")
    }
  }

  @Test("what is left of an old classifier is ignored, and nothing else")
  func leftover() throws {
    let (one, kernels) = (Tensor([1], [0]), try KernelSelection.makeKernels())
    _ = try load(ZeroShotDirectory(leftover: ["classifier.weight": one]), nil, on: kernels)
    #expect(throws: WeightsError.self) {
      try load(ZeroShotDirectory(leftover: ["decoder.weight": one]), nil, on: kernels)
    }
  }

  @Test("with the identity for class vectors and scale 1, logits are the features at length 1")
  func features() throws {
    let (fixture, kernels, width) = (try ZeroShotDirectory(), try KernelSelection.makeKernels(), 8)
    let identity = Tensor([width, width], (0..<width * width).map { $0 % (width + 1) == 0 ? 1 : 0 })
    let axes = try ClassVectors(identity, names: (0..<width).map { "feature \($0)" }, scale: 1)
    var random = SeededRandom(seed: 5)
    let images = random.normal([4, 3, 12, 12])
    let features = try load(fixture, .vectors(axes), on: kernels).logits(images)
    func dot(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    for image in 0..<4 {
      let feature = features[image].elements
      #expect(abs(dot(feature, feature) - 1) < 1e-5)
    }
    // Classes from examples: the first two images are of one, the others of another.
    let means = [0, 2].map { first in
      zip(features[first].elements, features[first + 1].elements).map { ($0 + $1) / 2 }
    }
    let classes = try ClassVectors(Tensor([2, width], means.flatMap { $0 }), names: ["one", "other"])
    let logits = try load(fixture, .vectors(classes), on: kernels).logits(images)
    for image in 0..<4 {
      // The scale is the family's: `logit_scale` of the configuration.
      let expected = means.map { 10 * dot(features[image].elements, $0) / dot($0, $0).squareRoot() }
      expectClose(logits[image].elements, expected, within: 1e-4, "image \(image)")
    }
  }

  @Test("without classes it is a backbone")
  func backbone() throws {
    let model = try load(ZeroShotDirectory(), nil, on: KernelSelection.makeKernels())
    #expect(model.descriptor.output == .none && ModelConformance(model).failures() == [])
    #expect(throws: ModelError.self) {
      try GMAR().explain(Tensor(repeating: 0, [1, 3, 12, 12]), using: model)
    }
    #expect(try AttentionRollout().explain(Tensor(repeating: 0, [1, 3, 12, 12]), using: model).count == 1)
  }
}
