import Foundation
import Testing
import XAICore
import XAIExplainers
import XAIFoundation
import XAIImage
import XAIModels
import XAITensor
import XAITesting
import XAIWeights

/// What a directory of CLIP's is taken for; logits, gradients and maps are held against PyTorch in GoldenTests.
@Suite struct CLIPTests {
  @Test("without classes it is a backbone, which gives attention and says what it can't give")
  func backbone() throws {
    let model = try CLIPFixture("hf-clip").load()
    #expect(model.descriptor.architecture == "clip" && model.descriptor.output == .none)
    #expect(model.descriptor.labels.isEmpty && model.descriptor.capabilities == [.attention, .activations])
    #expect(model.descriptor.notes.isEmpty, "\(model.descriptor.notes)")
    let input = try CLIPFixture("hf-clip").expected("input")
    let explainer = try Registry(plugins: builtInExplainers).explainer("grad-cam")
    expectError("backbone without a classifier") { try explainer.explain(input, using: model) }
  }

  @Test("cosines are multiplied by e to the logit scale, and by what is given instead")
  func scale() throws {
    let fixture = try CLIPFixture("hf-clip")
    let input = try fixture.expected("input")
    let own = try fixture.load(fixture.vectors())
    let one = try fixture.load(fixture.vectors(scale: 1))
    #expect(own.descriptor.output == .softmax && own.descriptor.notes.isEmpty)
    for (a, b) in zip(try own.logits(input).elements, try one.logits(input).elements) {
      // The fixture's logit_scale is 2.
      #expect(abs(a - b * 7.389056) < 1e-4)
      #expect(abs(b) <= 1)
    }
  }

  @Test("a tower without its logit scale says what is assumed")
  func assumedScale() throws {
    let fixture = try CLIPFixture("hf-clip-vision-gelu")
    let notes = try fixture.load(fixture.vectors()).descriptor.notes
    #expect(notes.count == 1 && notes[0].contains("multiplied by 100"), "\(notes)")
    #expect(try fixture.load().descriptor.notes.isEmpty)
    #expect(try fixture.load(fixture.vectors(scale: 20)).descriptor.notes.isEmpty)
  }

  @Test("a CLIPVisionModel has no projection, and names without the root")
  func visionModel() throws {
    let fixture = try CLIPFixture(
      "hf-clip-vision-gelu",
      tensors: { tensors in
        for (name, tensor) in tensors {
          tensors[name] = nil
          let root = "vision_model."
          if name.hasPrefix(root) { tensors[String(name.dropFirst(root.count))] = tensor }
        }
      }, config: { $0["architectures"] = .array([.string("CLIPVisionModel")]) })
    let whole = try CLIPFixture("hf-clip-vision-gelu")
    let input = try fixture.expected("input")
    let recording = Recording(attention: .all)
    let (found, expected) = (
      try fixture.load().forward(input, recording: recording),
      try whole.load().forward(input, recording: recording)
    )
    #expect(try found.attention(ofLayer: 1).elements == expected.attention(ofLayer: 1).elements)
    expectError("and the features of") { try fixture.load(fixture.vectors()) }
    var random = SeededRandom(seed: 1)
    let vectors = try ClassVectors(random.normal([2, 18]), names: ["a", "b"])
    #expect(try fixture.load(.vectors(vectors)).logits(input).shape == [2, 2])
  }

  @Test("the classifier reads the mean of the patches, and its classes have names")
  func classifier() throws {
    let model = try CLIPFixture("hf-clip-classifier").load()
    #expect(model.descriptor.layout.readout == .meanOfPatches)
    #expect(model.descriptor.labels.first == "tench")
    let renamed = try CLIPFixture("hf-clip-classifier").load(.names((0..<7).map { "x\($0)" }))
    #expect(renamed.descriptor.labels.last == "x6")
  }

  @Test("images become inputs as CLIP's image processor makes them, where no file says it")
  func preprocessing() throws {
    let fixture = try CLIPFixture("hf-clip")
    try FileManager.default.removeItem(atPath: "\(fixture.path)/preprocessor_config.json")
    let preprocessing = try fixture.load().descriptor.preprocessing
    #expect(preprocessing.resize == .shortestEdge(16) && preprocessing.filter == .bicubic)
    #expect(preprocessing.normalisation == .clip && preprocessing.crop?.height == 16)
  }

  @Test(
    "what isn't computed is refused by its key",
    arguments: [
      ("hidden_act", JSONValue.string("relu"), "hidden_act"),
      ("num_channels", .integer(1), "num_channels"),
      ("image_size", .array([.integer(16), .integer(8)]), "square grids"),
      ("num_attention_heads", .integer(5), "5 heads"),
    ])
  func refusals(_ key: String, _ value: JSONValue, _ reason: String) throws {
    let fixture = try CLIPFixture("hf-clip-vision-gelu", config: { $0[key] = value })
    expectError(reason) { try fixture.load() }
  }

  @Test("timm's head of an untuned tower is the projection, one with names or a bias is a classifier")
  func timm() throws {
    func fixture(bias: Float, isNamed: Bool) throws -> CLIPFixture {
      try CLIPFixture(
        "timm-vit-clip-quickgelu",
        tensors: { tensors in tensors["head.bias"] = Tensor([7], Array(repeating: bias, count: 7)) },
        config: { config in
          guard !isNamed, case .object(var pretrained)? = config["pretrained_cfg"] else { return }
          pretrained["label_names"] = nil
          (config["pretrained_cfg"], config["label_names"]) = (.object(pretrained), nil)
        })
    }
    #expect(try fixture(bias: 0, isNamed: true).load().descriptor.classCount == 7)
    #expect(try fixture(bias: 0.1, isNamed: false).load().descriptor.classCount == 7)
    let untuned = try fixture(bias: 0, isNamed: false)
    let backbone = try untuned.load().descriptor
    #expect(backbone.architecture == "clip" && backbone.output == .none)
    #expect(backbone.notes.contains { $0.contains("the projection to the 7 elements") }, "\(backbone.notes)")

    // The logits of a classifier without bias are the projected features.
    let input = try untuned.expected("input")
    let projected = try fixture(bias: 0, isNamed: true).load().logits(input)
    var random = SeededRandom(seed: 2)
    let vectors = random.normal([3, 7])
    let zeroShot = try untuned.load(.vectors(ClassVectors(vectors, names: ["a", "b", "c"], scale: 10)))
    let logits = try zeroShot.logits(input)
    for image in 0..<2 {
      for index in 0..<3 {
        let (g, v) = (projected[image].elements, vectors[index].elements)
        let dot = zip(g, v).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
        let lengths = [g, v].map { $0.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot() }
        let expected = Float(10 * dot / (lengths[0] * lengths[1]))
        #expect(abs(logits[image].elements[index] - expected) < 1e-4)
      }
    }
  }

  @Test("only the class with a classifier can be written and trained")
  func training() throws {
    var random = SeededRandom(seed: 3)
    let tower = try #require(try CLIPFixture("hf-clip").load() as? any TrainableModel)
    expectError("train a CLIPForImageClassification") {
      try tower.replacingHead(labels: ["a", "b"], random: &random).configurationFiles()
    }
    expectError("CLIPModel has no classifier") {
      try CLIP.makeUntrained(
        CLIPFixture("hf-clip").directory(), labels: ["a"], random: &random,
        on: AvailableKernels.preferred.make())
    }
  }
}
