import Testing
import XAICore
import XAIExplainers
import XAIFoundation
import XAIModels
import XAITensor
import XAITesting
import XAITransformer

/// Models without a classifier against transformers, timm and PyTorch, element by element: what they are read from, what they show
/// without a class, and every way to give them one.
@Suite struct BackboneTests {
  private static let registry = Registry.explainers

  @Test(
    "attention and the maps that need no class", arguments: BackboneFixture.all, AvailableKernels.nearFloat32)
  func withoutClass(_ fixture: BackboneFixture, _ kernels: AvailableKernels) throws {
    let model = try fixture.load(on: kernels)
    #expect(model.descriptor.output == .none && model.descriptor.labels.isEmpty)
    let input = try BackboneFixture.input()
    let trace = try model.forward(input, recording: Recording(attention: .all))
    for layer in 0..<model.descriptor.layerCount {
      expectClose(
        try trace.attention(ofLayer: layer), try fixture.expected("attention.\(layer)"),
        within: 1e-5 * kernels.slack, "attention.\(layer) of \(fixture.name)")
    }
    for (spec, key) in [
      ("token-norm", "token-norm"), ("patch-pca", "patch-pca.1"), ("patch-pca:component=2", "patch-pca.2"),
      ("patch-pca:component=3", "patch-pca.3"), ("patch-pca:point=final-norm", "patch-pca.final-norm"),
    ] {
      guard fixture.has(key) else {
        expectError("final-norm") { try Self.registry.explainer(spec).check(fits: model.descriptor) }
        continue
      }
      let maps = try Self.registry.explainer(spec).explain(input, using: model)
      let expected = try fixture.expected(key)
      for image in 0..<2 {
        expectCloseToLargest(
          maps[image][0].map.reshaped(to: expected[image].shape), expected[image],
          within: 1e-4 * kernels.slack,
          "\(spec) of \(fixture.name)")
      }
    }
  }

  @Test(
    "the logits of all features are the features that the library's own pooling gives",
    arguments: BackboneFixture.all, AvailableKernels.nearFloat32)
  func features(_ fixture: BackboneFixture, _ kernels: AvailableKernels) throws {
    let count = try fixture.featureCount()
    let model = try fixture.load(.features(Array(0..<count)), on: kernels)
    #expect(model.descriptor.labels[3] == "feature:3" && model.descriptor.output == .regression)
    expectClose(
      try model.logits(BackboneFixture.input()), try fixture.expected("features"),
      within: 1e-4 * kernels.slack, "features of \(fixture.name)")
  }

  @Test(
    "gradient and maps of one feature", arguments: BackboneFixture.all, AvailableKernels.nearFloat32)
  func feature(_ fixture: BackboneFixture, _ kernels: AvailableKernels) throws {
    let count = try fixture.featureCount()
    try compare(fixture, .features([3, count - 1]), "feature", kernels)
  }

  @Test(
    "logits, gradient and maps of class vectors", arguments: BackboneFixture.all,
    AvailableKernels.nearFloat32)
  func vectors(_ fixture: BackboneFixture, _ kernels: AvailableKernels) throws {
    let vectors = try ClassVectors(fixture.expected("vectors"), names: ["a", "b", "c"], scale: 10)
    let model = try fixture.load(.vectors(vectors), on: kernels)
    expectClose(
      try model.logits(BackboneFixture.input()), try fixture.expected("vectors.logits"),
      within: 1e-4 * kernels.slack, "logits of \(fixture.name)")
    try compare(fixture, .vectors(vectors), "vectors", kernels)
  }

  /// The second image and the second class, as the generator has them.
  private func compare(
    _ fixture: BackboneFixture, _ classes: ClassSource, _ kind: String, _ kernels: AvailableKernels
  ) throws {
    let model = try fixture.load(classes, on: kernels)
    let input = try BackboneFixture.input()
    let trace = try model.forward(input, recording: Recording(gradients: true))
    let targets = try Targets([[1], [1]])
    let gradients = try model.differentiable().backward(
      from: targets.cotangent(classCount: model.descriptor.classCount), through: trace,
      requesting: GradientRequest(input: true))
    expectCloseToLargest(
      try #require(gradients.input)[1], try fixture.expected("\(kind).input_gradient"),
      within: 1e-4 * kernels.slack, "\(kind), input gradient of \(fixture.name)")
    for id in ["input-x-gradient", "generic-attention"] {
      let map = try Self.registry.explainer(id).explain(input, targets: .classes([1]), using: model)[1][0]
      let expected = try fixture.expected("\(kind).map|\(id)")
      expectCloseToLargest(
        map.map.reshaped(to: expected.shape), expected, within: 1e-4 * kernels.slack,
        "\(kind), \(id) of \(fixture.name)")
    }
  }

  @Test(
    "logits of photographs as classes", arguments: BackboneFixture.all.filter { $0.name.hasPrefix("hf") })
  func images(_ fixture: BackboneFixture) throws {
    let photographs = try BackboneFixture.prototypes()
    let classes = try ClassImages(
      [Array(photographs.prefix(2)), [photographs[2]]], names: ["two", "one"], scale: 10)
    let model = try fixture.load(.images(classes))
    expectClose(
      try model.logits(BackboneFixture.input()), try fixture.expected("images.logits"), within: 1e-4,
      "likeness of images by \(fixture.name)")
  }

  @Test("a model of features can do all that a model with a classifier can", arguments: BackboneFixture.all)
  func conforms(_ fixture: BackboneFixture) throws {
    let model = try fixture.load(.features([1, 2, 5]))
    #expect(model.descriptor.capabilities == VisionTransformer.capabilities)
    #expect(ModelConformance(model).failures() == [])
  }

  @Test("features of a classifier's model are what its classifier reads, and those of CLIP its embedding")
  func otherModels() throws {
    let fixture = try CLIPFixture("hf-clip")
    let input = try fixture.expected("input")
    let embedding = try fixture.load(.features(Array(0..<10))).logits(input)
    let cosines = try fixture.load(fixture.vectors(scale: 1)).logits(input)
    let vectors = try fixture.expected("class_vectors")
    for image in 0..<2 {
      let g = embedding[image].elements.map { Double($0) }
      for index in 0..<vectors.shape[0] {
        let v = vectors[index].elements.map { Double($0) }
        let product = zip(g, v).reduce(0) { $0 + $1.0 * $1.1 }
        let lengths = [g, v].map { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() }
        #expect(abs(Double(cosines[image].elements[index]) - product / (lengths[0] * lengths[1])) < 1e-5)
      }
    }
    expectError("its features for classes") {
      try fixture.load(.features([1])).trainable().configurationFiles()
    }

    let vit = try CLIPFixture("hf-vit")
    let features = try vit.load(.features(Array(0..<18))).logits(input)
    let model = try vit.load().trainable()
    let weight = try #require(model.parameters.first { $0.name == "classifier.weight" }).tensor
    let bias = try #require(model.parameters.first { $0.name == "classifier.bias" }).tensor
    let logits = try model.logits(input)
    for index in 0..<7 {
      let product = zip(features[0].elements, weight[index].elements).reduce(0.0) {
        $0 + Double($1.0) * Double($1.1)
      }
      #expect(abs(product + Double(bias.elements[index]) - Double(logits[0].elements[index])) < 1e-4)
    }
  }

  @Test("what isn't there, or twice, is refused with what there is")
  func refusals() throws {
    let fixture = BackboneFixture(name: "hf-dinov2")
    expectError("24 elements, 0 to 23") { try fixture.load(.features([24])) }
    expectError("there is no feature -1") { try fixture.load(.features([-1])) }
    expectError("no feature to be a class") { try fixture.load(.features([])) }
    expectError("one twice") { try fixture.load(.features([2, 5, 2])) }
    expectError("24 or 12") {
      try fixture.load(.vectors(ClassVectors(Tensor(repeating: 1, [1, 7]), names: ["a"])))
    }
    expectError("vector for each") { try BackboneFixture(name: "hf-mae").load(.names(["a"])) }
    expectError("gmar is about a class") {
      try Self.registry.explainer("gmar").check(fits: fixture.load().descriptor)
    }
  }

  @Test("a masked autoencoder says what of it is left out")
  func autoencoder() throws {
    for name in ["hf-mae", "hf-mae-pretraining"] {
      let notes = try BackboneFixture(name: name).load().descriptor.notes
      #expect(notes.count == 1 && notes[0].contains("nothing is masked"), "\(notes)")
    }
    #expect(try BackboneFixture(name: "hf-msn").load().descriptor.notes.isEmpty)
  }
}

extension Registry {
  /// The built-in explainers.
  fileprivate static let explainers: Registry = {
    do { return try Registry(plugins: builtInExplainers) } catch { fatalError("\(error)") }
  }()
}
