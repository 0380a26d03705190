import Foundation
import Testing
import XAICore
import XAIImage
import XAIModels
import XAITensor
import XAITesting
import XAITransformer
import XAIWeights

@testable import XAISigLIP
@testable import XAITowers

/// Text towers, and classes that are texts, against `transformers` and OpenCLIP.
@Suite struct SigLIPTextTests {
  let fixture: SigLIPTextFixture

  init() throws { fixture = try SigLIPTextFixture.load() }

  @Test("vectors of texts within 1e-5", arguments: SigLIPTextFixture.models, AvailableKernels.nearFloat32)
  func vectors(_ model: String, _ kernels: AvailableKernels) throws {
    let tower = try SigLIPTextFixture.tower(model, on: kernels)
    let expected = try SigLIPTextFixture.expected("\(model).texts")
    var compared = 0
    for (place, index) in stride(from: 0, to: fixture.texts.count, by: 6).enumerated() {
      guard let found = try? tower.vectors(of: ClassTexts([fixture.texts[index]])).vectors.vectors else {
        continue
      }
      let wanted = SigLIPTextFixture.direction(expected[place].elements)
      for (a, b) in zip(found.elements, wanted) {
        #expect(abs(a - b) < 1e-5 * kernels.slack, "\(fixture.texts[index])")
      }
      compared += 1
    }
    #expect(compared > 40)
  }

  @Test("several prompts make the mean of their directions", arguments: SigLIPTextFixture.models)
  func ensembles(_ model: String) throws {
    let texts = try ClassTexts(fixture.classes, templates: fixture.templates)
    let found = try SigLIPTextFixture.tower(model).vectors(of: texts).vectors
    let expected = try SigLIPTextFixture.expected("\(model).ensembles")
    #expect(found.names == fixture.classes)
    for index in fixture.classes.indices {
      let own = SigLIPTextFixture.direction(found.vectors[index].elements)
      for (a, b) in zip(own, expected[index].elements) { #expect(abs(a - b) < 1e-5) }
    }
  }

  @Test(
    "logits and probabilities as SiglipModel and its pipeline give them", arguments: SigLIPTextFixture.models)
  func logits(_ model: String) throws {
    let loaded = try SigLIP.load(
      SigLIPTextFixture.path(model), classes: .texts(ClassTexts(fixture.classes)))
    #expect(loaded.descriptor.labels == fixture.classes && loaded.descriptor.output == .sigmoidPerClass)
    #expect(loaded.descriptor.notes.isEmpty, "\(loaded.descriptor.notes)")
    let logits = try loaded.logits(SigLIPTextFixture.expected("\(model).input"))
    expectClose(logits, try SigLIPTextFixture.expected("\(model).logits"), within: 1e-4, "logits")
    let expected = try SigLIPTextFixture.expected("\(model).probabilities").elements
    let probabilities = try #require(
      Probabilities<Float>(of: logits.elements, meaning: loaded.descriptor.output))
    for (logit, wanted) in zip(logits.elements, expected) {
      #expect(abs(probabilities.probability(ofLogit: logit) - wanted) < 1e-5)
    }
  }

  @Test("a single text has a probability of its own, and a long one says that it is cut")
  func single() throws {
    let one = try SigLIP.load(
      SigLIPTextFixture.path("unigram"),
      classes: .texts(ClassTexts([String(repeating: "a photo of a dog ", count: 30)])))
    #expect(one.descriptor.output == .sigmoid)
    #expect(one.descriptor.notes.contains { $0.contains("cut after 64 tokens") }, "\(one.descriptor.notes)")
  }

  @Test("who can't read texts says why")
  func missing() throws {
    let texts = ClassSource.texts(try ClassTexts(["dog"]))
    expectError("an image tower alone") { try CLIPFixture("hf-siglip-vision", of: "siglip").load(texts) }
    let withoutTokenizer = try CLIPFixture("hf-siglip", of: "siglip")
    #expect(!SigLIP.readsTexts(try withoutTokenizer.directory()))
    expectError("no tokenizer.json, and no spiece.model") { try withoutTokenizer.load(texts) }
    #expect(SigLIP.readsTexts(try ModelDirectory(SigLIPTextFixture.path("spiece"))))
  }

  // MARK: - OpenCLIP

  @Test(
    "OpenCLIP's SigLIP: vectors of texts, and logits of its image tower",
    arguments: AvailableKernels.nearFloat32)
  func openCLIP(_ kernels: AvailableKernels) throws {
    let directory = try ModelDirectory(SigLIPTextFixture.path("open-clip"))
    #expect(SigLIP.matches(directory) && SigLIP.readsTexts(directory))
    let texts = try SigLIPTextFixture.tower("open-clip", on: kernels).vectors(of: ClassTexts(fixture.classes))
    expectClose(
      texts.vectors.vectors, try SigLIPTextFixture.expected("open-clip.texts"), within: 1e-5 * kernels.slack,
      "texts")
    // The number of heads is implied by the name of timm's model; the fixture's is of another width.
    let all = try directory.weights()
    guard case .object(var config) = try OpenCLIP.timmConfiguration(directory.config).value else {
      Issue.record("no configuration")
      return
    }
    #expect(config["architecture"] == .string("vit_base_patch16_siglip_224"))
    config["model_args"] = .object(["num_heads": .integer(3)])
    let trunk = all.below(OpenCLIP.trunk)
    var (configuration, naming) = try ImageTower.timm(Configuration(.object(config), file: "config"), trunk)
    configuration.classifier = .cosine(scale: 7.389056, bias: -1.25)
    naming.heads = ["class_vectors"]
    let model = try VisionTransformer(
      loading: directory, architecture: "siglip", configuration: configuration, weights: trunk,
      naming: naming, preprocessing: SigLIP.preprocessing,
      LoadRequest(kernels: kernels.make(), classes: .vectors(texts.vectors)))
    #expect(model.descriptor.preprocessing.inputSize.map { [$0.height, $0.width] } == [16, 16])
    expectClose(
      try model.logits(SigLIPTextFixture.expected("open-clip.input")),
      try SigLIPTextFixture.expected("open-clip.logits"), within: 1e-4 * kernels.slack, "logits")
  }

  @Test(
    "settings of OpenCLIP's that aren't computed are refused by their keys",
    arguments: [
      ("vision_cfg", "timm_proj", JSONValue.string("linear"), "timm_proj"),
      ("vision_cfg", "timm_pool", .string("avg"), "timm_pool"),
      ("text_cfg", "pool_type", .string("argmax"), "pool_type"),
      ("text_cfg", "no_causal_mask", .boolean(false), "no_causal_mask"),
      ("text_cfg", "hf_model_name", .string("roberta-base"), "hf_model_name"),
    ])
  func openCLIPRefusals(_ tower: String, _ key: String, _ value: JSONValue, _ reason: String) throws {
    let directory = try ModelDirectory(SigLIPTextFixture.path("open-clip"))
    guard case .object(var whole) = directory.config.value, case .object(var model)? = whole["model_cfg"],
      case .object(var own)? = model[tower]
    else {
      Issue.record("no configuration")
      return
    }
    own[key] = value
    model[tower] = .object(own)
    whole["model_cfg"] = .object(model)
    let config = Configuration(.object(whole), file: "open_clip_config.json")
    expectError(reason) {
      if tower == "vision_cfg" {
        _ = try OpenCLIP.timmConfiguration(config)
      } else {
        _ = try OpenCLIP.textTower(config, .sigLIP)
      }
    }
  }
}
