import Foundation
import Testing
import XAICore
import XAIExplainers
import XAIFoundation
import XAIImage
import XAIModels
import XAITensor
import XAITesting
import XAITransformer
import XAIWeights

/// What a directory of SigLIP's is taken for; logits, gradients and maps are held against PyTorch in GoldenTests.
@Suite struct SigLIPTests {
  private func fixture(
    _ name: String, tensors edit: (inout [String: Tensor]) -> Void = { _ in },
    config change: (inout [String: JSONValue]) -> Void = { _ in }
  ) throws -> CLIPFixture {
    try CLIPFixture(name, of: "siglip", tensors: edit, config: change)
  }

  @Test("without classes it is a backbone, whose last layer is the pooling")
  func backbone() throws {
    let fixture = try fixture("hf-siglip")
    let model = try fixture.load()
    #expect(model.descriptor.architecture == "siglip" && model.descriptor.output == .none)
    #expect(model.descriptor.notes.isEmpty, "\(model.descriptor.notes)")
    #expect(model.descriptor.layerCount == 3 && model.descriptor.layout.poolingLayer == 2)
    #expect(model.descriptor.layout.prefix == [.probe] && model.descriptor.layout.readoutTokens == [0])
    let trace = try model.forward(fixture.expected("input"), recording: Recording(attention: .all))
    let (block, pooling) = (try trace.attention(ofLayer: 0)[0], try trace.attention(ofLayer: 2)[0])
    for head in 0..<3 {
      for token in 0..<17 {
        let own = (0..<17).map { $0 == token ? Float(1) : 0 }
        // The probe in a block, and all other tokens in the pooling, attend to themselves alone.
        if token == 0 { #expect(block[head][0].elements == own) }
        if token > 0 { #expect(block[head][token].elements[0] == 0) }
        if token > 0 { #expect(pooling[head][token].elements == own) }
      }
      #expect(pooling[head][0].elements[0] == 0)
    }
  }

  @Test("raw attention of the last layer is the pooling's row, and of another the mean of the patches'")
  func rawAttention() throws {
    let fixture = try fixture("hf-siglip")
    let (model, input) = (try fixture.load(), try fixture.expected("input")[0..<1])
    let registry = try Registry(plugins: builtInExplainers)
    let attention = try (0..<3).map { try fixture.expected("attention.\($0)")[0] }
    func map(_ spec: String) throws -> [Float] {
      try registry.explainer(spec).explain(input, using: model)[0][0].scores
    }
    let last = (1...16).map { column in
      (0..<3).reduce(Float(0)) { $0 + attention[2][$1][0].elements[column] / 3 }
    }
    expectClose(try map("raw-attention"), last, within: 1e-5, "pooling")
    let first = (1...16).map { column in
      (0..<3).reduce(Float(0)) { sum, head in
        (1...16).reduce(sum) { $0 + attention[0][head][$1].elements[column] / 48 }
      }
    }
    expectClose(try map("raw-attention:layer=0"), first, within: 1e-5, "first block")
  }

  @Test("of the pooling alone, flow is half its row, and LeGrad the positive part of its gradient")
  func poolingAlone() throws {
    let fixture = try fixture("hf-siglip")
    let (model, input) = (try fixture.load(fixture.vectors()), try fixture.expected("input")[0..<1])
    let registry = try Registry(plugins: builtInExplainers)
    func map(_ spec: String) throws -> [Float] {
      try registry.explainer(spec).explain(input, targets: .classes([3]), using: model)[0][0].scores
    }
    let attention = try fixture.expected("attention.2")[0]
    let row = (1...16).map { column in
      (0..<3).reduce(Float(0)) { $0 + attention[$1][0].elements[column] / 3 }
    }
    expectClose(try map("attention-flow:start=2"), row.map { $0 / 2 }, within: 1e-5, "flow")
    let trace = try model.forward(input, recording: Recording(gradients: true))
    var gradient: Tensor?
    _ = try model.differentiable().backward(
      from: Targets([[3]]).cotangent(classCount: 7), through: trace, rules: .gradient,
      requesting: GradientRequest(attention: .some([2]))
    ) { gradient = $0.gradient }
    let own = try #require(gradient)[0]
    let expected = (1...16).map { column in
      (0..<3).reduce(Float(0)) { $0 + max(own[$1][0].elements[column], 0) / Float(3 * 17) }
    }
    for pooling in ["mean", "own"] {
      expectClose(try map("legrad:start=2,pooling=\(pooling)"), expected, within: 1e-5, pooling)
    }
    for head in 0..<3 {
      #expect(own[head][0].elements[0] == 0, "the probe's attention to itself is a constant")
      for token in 1...16 { #expect(own[head][token].elements.allSatisfy { $0 == 0 }) }
    }
  }

  @Test("logits are e to the logit scale times the cosine, and the bias; a sigmoid for each class")
  func scale() throws {
    let fixture = try fixture("hf-siglip")
    let input = try fixture.expected("input")
    let own = try fixture.load(fixture.vectors())
    let one = try fixture.load(fixture.vectors(scale: 1))
    #expect(own.descriptor.output == .sigmoidPerClass && own.descriptor.notes.isEmpty)
    let bias = try SafetensorsFile(path: "\(fixture.path)/model.safetensors").tensor("logit_bias").elements[0]
    for (a, b) in zip(try own.logits(input).elements, try one.logits(input).elements) {
      // The fixture's logit_scale is 2.
      #expect(abs((a - bias) - (b - bias) * 7.389056) < 1e-4)
      #expect(abs(b - bias) <= 1)
    }
    let single = try ClassVectors(fixture.expected("class_vectors")[0..<1], names: ["a"])
    #expect(try fixture.load(.vectors(single)).descriptor.output == .sigmoid)
  }

  @Test("an image that is a class is like itself, without the bias in its vector")
  func images() throws {
    let fixture = try fixture("hf-siglip")
    let image = try RGBImage(width: 16, height: 16, pixels: (0..<768).map { UInt8($0 * 37 % 251) })
    let model = try fixture.load(.images(ClassImages([[image]], names: ["it"], scale: 1)))
    let bias = try SafetensorsFile(path: "\(fixture.path)/model.safetensors").tensor("logit_bias").elements[0]
    let logit = try model.logits(model.descriptor.preprocessing.tensor(from: image)).elements[0]
    #expect(abs(logit - bias - 1) < 1e-5)
  }

  @Test("a tower without scale and bias says what is assumed, and shares a softmax")
  func assumedScale() throws {
    let fixture = try fixture("hf-siglip-vision")
    let model = try fixture.load(fixture.vectors())
    #expect(model.descriptor.output == .softmax)
    #expect(
      model.descriptor.notes.contains { $0.contains("no logit_scale and no logit_bias") },
      "\(model.descriptor.notes)")
    #expect(try !fixture.load().descriptor.notes.contains { $0.contains("logit_scale") })
    let halfway = try self.fixture("hf-siglip", tensors: { $0["logit_bias"] = nil })
    #expect(try halfway.load(halfway.vectors()).descriptor.notes.contains { $0.contains("no logit_bias:") })
    let two = try self.fixture("hf-siglip", tensors: { $0["logit_scale"] = Tensor([2], [1, 2]) })
    expectError("has 2 numbers") { try two.load(two.vectors()) }
    let large = try self.fixture("hf-siglip", tensors: { $0["logit_scale"] = Tensor([1], [1000]) })
    expectError("which make no logits") { try large.load(large.vectors()) }
  }

  @Test("pixels that are in no patch change nothing, and are told of")
  func rest() throws {
    let fixture = try fixture("hf-siglip-vision")
    let model = try fixture.load(fixture.vectors())
    #expect(model.descriptor.layout.grid == PatchGrid(rows: 4, columns: 4))
    #expect(model.descriptor.notes.contains { $0.contains("the last 2 to the right and below") })
    let input = try fixture.expected("input")
    var pixels = input.elements
    for index in pixels.indices where index % 18 >= 16 || index / 18 % 18 >= 16 { pixels[index] += 9 }
    #expect(try model.logits(Tensor(input.shape, pixels)).elements == model.logits(input).elements)
    expectError("17×17") { try model.layout(height: 17, width: 17) }
    let trace = try model.forward(input, recording: Recording(gradients: true))
    let gradient = try #require(
      model.differentiable().backward(
        from: Targets([[0], [0]]).cotangent(classCount: 7), through: trace,
        requesting: GradientRequest(input: true)
      ).input)
    #expect(gradient.shape == input.shape)
    for (index, value) in gradient.elements.enumerated() where index % 18 >= 16 || index / 18 % 18 >= 16 {
      #expect(value == 0)
    }
  }

  @Test("a SiglipVisionModel may have names with the root, as older versions wrote them")
  func root() throws {
    let rooted = try fixture(
      "hf-siglip-vision",
      tensors: { tensors in
        for (name, tensor) in tensors {
          tensors[name] = nil
          tensors["vision_model.\(name)"] = tensor
        }
      })
    let bare = try fixture("hf-siglip-vision")
    let input = try bare.expected("input")
    #expect(
      try rooted.load(rooted.vectors()).logits(input).elements
        == bare.load(bare.vectors()).logits(input).elements)
  }

  @Test("the classifier reads the mean of the patches, and its classes have names")
  func classifier() throws {
    let model = try fixture("hf-siglip-classifier").load()
    #expect(model.descriptor.layout.readout == .meanOfPatches && model.descriptor.layerCount == 2)
    #expect(model.descriptor.labels.first == "tench" && model.descriptor.output == .softmax)
  }

  @Test("images become inputs as SigLIP's image processor makes them, where no file says it")
  func preprocessing() throws {
    let fixture = try fixture("hf-siglip")
    try FileManager.default.removeItem(atPath: "\(fixture.path)/preprocessor_config.json")
    let preprocessing = try fixture.load().descriptor.preprocessing
    #expect(preprocessing.resize == .exact(height: 16, width: 16) && preprocessing.filter == .bicubic)
    #expect(preprocessing.normalisation == .half)
  }

  @Test(
    "what isn't computed is refused by its key",
    arguments: [
      ("hidden_act", JSONValue.string("relu"), "hidden_act"), ("num_channels", .integer(1), "num_channels"),
      ("image_size", .array([.integer(16), .integer(8)]), "square grids"),
      ("num_attention_heads", .integer(5), "5 heads"),
      ("vision_use_head", .boolean(false), "vision_use_head"),
      ("architectures", .array([.string("Siglip2VisionModel")]), "NaFlex"),
    ])
  func refusals(_ key: String, _ value: JSONValue, _ reason: String) throws {
    let fixture = try fixture("hf-siglip-vision", config: { $0[key] = value })
    expectError(reason) { try fixture.load() }
  }

  @Test("vectors of another width, no class at all and equal texts are refused")
  func badClasses() throws {
    let fixture = try fixture("hf-siglip")
    var random = SeededRandom(seed: 1)
    let wide = try ClassVectors(random.normal([2, 10]), names: ["a", "b"])
    expectError("class vectors have 10 elements, and the features of") { try fixture.load(.vectors(wide)) }
    expectError("one row for each class") { try ClassVectors(Tensor([0, 18], []), names: []) }
    expectError("there twice") { try ClassTexts(["a dog", "a dog"]) }
    expectError("backbone without a classifier") { try fixture.load(.names(["a", "b"])) }
  }

  @Test("timm's without a classifier has features of the vectors' width, its pooling read or not")
  func timm() throws {
    let backbone = try fixture(
      "timm-siglip", tensors: { for name in ["head.weight", "head.bias"] { $0[name] = nil } },
      config: { config in
        config["num_classes"] = .integer(0)
        guard case .object(var arguments)? = config["model_args"] else { return }
        arguments["num_classes"] = .integer(0)
        config["model_args"] = .object(arguments)
      })
    let whole = try fixture("timm-siglip")
    let (weight, bias) = try { file in (try file.tensor("head.weight"), try file.tensor("head.bias")) }(
      SafetensorsFile(path: "\(whole.path)/model.safetensors"))
    let input = try whole.expected("input")
    #expect(try backbone.load().descriptor.output == .none)
    let model = try backbone.load(.vectors(ClassVectors(weight, names: (0..<7).map { "\($0)" }, scale: 1)))
    #expect(model.descriptor.architecture == "siglip")
    #expect(model.descriptor.notes.contains { $0.contains("no logit_scale and no logit_bias") })
    // W·f + b has the direction of f in it: (W·f)_c = ‖w_c‖·‖f‖·cos_c.
    let logits = try whole.load().logits(input)[0].elements
    let cosines = try model.logits(input)[0].elements
    let quotients = (0..<7).map { index -> Float in
      let length = weight[index].elements.reduce(Float(0)) { $0 + $1 * $1 }.squareRoot()
      return (logits[index] - bias.elements[index]) / (length * cosines[index])
    }
    for quotient in quotients { #expect(abs(quotient / quotients[0] - 1) < 1e-3) }
  }

  @Test("an attention pooling of other parts than SigLIP's is refused by its tensor")
  func otherPoolings() throws {
    for name in ["attn_pool.q_norm.weight", "attn_pool.pos_embed"] {
      let other = try fixture("timm-siglip", tensors: { $0[name] = Tensor(repeating: 1, [18]) })
      expectError(name) { try other.load() }
    }
    let several = try fixture(
      "timm-siglip", tensors: { $0["attn_pool.latent"] = Tensor(repeating: 1, [1, 2, 18]) })
    expectError("attn_pool.latent") { try several.load() }
  }

  @Test("only the class with a classifier can be written and trained from scratch")
  func training() throws {
    var random = SeededRandom(seed: 3)
    let tower = try #require(try fixture("hf-siglip").load() as? any TrainableModel)
    expectError("train a SiglipForImageClassification") {
      try tower.replacingHead(labels: ["a", "b"], random: &random).configurationFiles()
    }
    expectError("SiglipModel has no classifier") {
      try SigLIP.makeUntrained(
        fixture("hf-siglip").directory(), labels: ["a"], random: &random,
        on: AvailableKernels.preferred.make())
    }
    let untrained = try SigLIP.makeUntrained(
      fixture("hf-siglip-classifier").directory(), labels: ["a", "b"], random: &random,
      on: AvailableKernels.preferred.make())
    #expect(untrained.descriptor.labels == ["a", "b"])
  }
}
