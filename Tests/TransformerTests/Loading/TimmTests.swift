import Foundation
import Testing
import XAICore
import XAIImage
import XAITensor
import XAITesting
import XAITransformer
import XAIWeights

/// What is made of timm directories whose configuration leaves something to the name or to the weights.
@Suite struct TimmTests {
  private func expected(_ fixture: String) throws -> SafetensorsFile {
    try SafetensorsFile(
      path: URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Fixtures/models/\(fixture)/expected.safetensors")
        .path)
  }

  private func configuration(_ model: any Model) throws -> VisionTransformerConfiguration {
    try #require(model as? VisionTransformer).configuration
  }

  // MARK: - Names

  @Test(
    "the tag and the source of a name make no difference",
    arguments: [
      "vit_tiny_patch16_224.augreg_in21k", "hf-hub:timm/vit_tiny_patch16_224.augreg_in21k",
      "hf_hub:vit_tiny_patch16_224",
      "timm/vit_tiny_patch16_224",
    ])
  func tags(_ name: String) throws {
    let model = try EditedModel("timm-vit").set([("architecture", name)]).load()
    #expect(try configuration(model) == configuration(EditedModel("timm-vit").load()))
  }

  @Test("a name that timm doesn't register needs its heads stated, and says what is assumed")
  func unregistered() throws {
    let model = try EditedModel("timm-vit").set([("architecture", "vit_nonesuch_patch4_16")])
    let assumptions = try model.load().descriptor.notes
    #expect(assumptions.count == 1 && assumptions[0].contains("vit_nonesuch_patch4_16"), "\(assumptions)")
    let failure = model.set([("model_args.num_heads", nil)]).failure()
    #expect(failure?.contains("model_args\": {\"num_heads\"") == true, "\(failure ?? "it loads")")
    #expect(failure?.contains("vit_nonesuch_patch4_16") == true)
  }

  @Test("a name's heads are those of its width")
  func otherWidth() throws {
    // vit_tiny_patch16_224 has three heads at width 192, and these weights have width 18.
    let model = try EditedModel("timm-vit").set([("model_args.num_heads", nil)])
    let failure = model.failure()
    #expect(
      failure?.contains("width 192") == true && failure?.contains("num_heads") == true, "\(failure ?? "")")
  }

  @Test("weights of other sizes than the name has are said to be")
  func otherSizes() throws {
    let model = try EditedModel("timm-vit").set([("model_args.embed_dim", nil), ("model_args.depth", nil)])
    let assumptions = try model.load().descriptor.notes
    #expect(
      assumptions.contains { $0.contains("2 blocks of width 18") && $0.contains("12 of 192") },
      "\(assumptions)")
    #expect(try EditedModel("timm-vit").load().descriptor.notes.isEmpty)
  }

  @Test("GELU by tanh and quick GELU, which names imply or arguments state")
  func activations() throws {
    let tanh = try EditedModel("timm-vit-siglip-gap")
    #expect(try configuration(tanh.load()).mlp == .tanhGELU)
    // The same weights by another name: erf. Both are what timm's constructor makes.
    let erf = try EditedModel("timm-vit-siglip-gap").set([("architecture", "vit_base_patch16_siglip_gap_224")]
    )
    #expect(try configuration(erf.load()).mlp == .gelu)
    let quick = erf.set([("model_args.act_layer", "quick_gelu")])
    #expect(try configuration(quick.load()).mlp == .quickGELU)
    // The golden values tell them apart: the logits of erf are further from timm's than the tolerance.
    let golden = try expected("timm-vit-siglip-gap")
    let (input, logits) = (try golden.tensor("input"), try golden.tensor("logits"))
    func distance(_ model: any Model) throws -> Float {
      zip(try model.logits(input).elements, logits.elements).map { abs($0 - $1) }.max() ?? 0
    }
    let own = try distance(tanh.load())
    #expect(own < 1e-4)
    #expect(
      try distance(EditedModel("timm-vit-siglip-gap").set([("model_args.act_layer", "gelu")]).load()) > 3
        * own)
  }

  @Test("pooling at the root that contradicts name and arguments is no guess")
  func pooling() throws {
    let model = try EditedModel("timm-vit").set([("model_args.global_pool", nil), ("global_pool", "avg")])
    let failure = model.failure()
    #expect(failure?.contains("global_pool is 'avg'") == true, "\(failure ?? "it loads")")
    // A norm behind the mean proves that the mean is meant.
    let gap = try EditedModel("timm-vit-gap").set([("model_args.global_pool", nil)])
    #expect(try configuration(gap.load()).readout == .meanOfPatches)
  }

  @Test(
    "arguments that the tensors contradict, and arguments that aren't known",
    arguments: [
      ("depth", "12"), ("embed_dim", "192"), ("patch_size", "16"), ("reg_tokens", "4"),
      ("class_token", "false"),
      ("qkv_bias", "false"), ("fc_norm", "true"), ("attn_layer", "\"diff\""),
      ("block_fn", "\"ResPostBlock\""),
      ("features_only", "true"), ("proj_scale", "2"), ("norm_layer", "\"rmsnorm\""),
      ("pool_include_prefix", "true"),
      ("scale_attn_norm", "true"),
    ])
  func arguments(_ key: String, _ json: String) throws {
    let value = try JSONSerialization.jsonObject(with: Data(json.utf8), options: .fragmentsAllowed)
    let failure = try EditedModel("timm-vit").set([("model_args.\(key)", value)]).failure()
    #expect(failure?.contains("model_args.\(key)") == true, "\(failure ?? "it loads")")
  }

  @Test("a SigLIP read at the mean may keep its attention pooling, and no other model may")
  func unusedPooling() throws {
    func withPooling(_ fixture: String) throws -> EditedModel {
      try EditedModel(fixture).edit { $0["attn_pool.latent"] = Tensor(repeating: 1, [1, 1, 18]) }
    }
    #expect(try withPooling("timm-vit-siglip-gap").failure() == nil)
    #expect(try withPooling("timm-vit").failure()?.contains("attn_pool.latent") == true)
  }

  // MARK: - Position embeddings of another grid

  @Test("position embeddings of another grid than the input's are interpolated as timm does, and said to be")
  func otherGrid() throws {
    // The configuration states 24 × 12 pixels and not that the embeddings are for 16 × 16.
    let model = try EditedModel("timm-vit").set([
      ("model_args.img_size", nil), ("pretrained_cfg.input_size", [3, 24, 12]),
    ]).load()
    #expect(model.descriptor.layout.grid == PatchGrid(rows: 6, columns: 3))
    #expect(model.descriptor.preprocessing.inputSize.map { [$0.height, $0.width] } == [24, 12])
    let golden = try expected("timm-vit-interpolated")
    expectClose(
      try model.logits(golden.tensor("input")), try golden.tensor("logits"),
      within: 1e-4 * AvailableKernels.preferred.slack, "logits")
    #expect(model.descriptor.notes.contains { $0.contains("4×4 patches") && $0.contains("img_size") })
  }

  @Test("tables of position bias of another grid, too")
  func otherTables() throws {
    let stated = try EditedModel("timm-beit-token")
    let own = try configuration(stated.load())
    #expect(own.assumptions.isEmpty)
    let other = try stated.set([
      ("model_args.img_size", [32, 32]), ("pretrained_cfg.input_size", [3, 32, 32]),
    ]).load()
    #expect(other.descriptor.layout.grid == PatchGrid(rows: 8, columns: 8))
    #expect(try configuration(other).layout.grid == own.layout.grid)
    #expect(other.descriptor.notes.count == 1)
  }

  @Test("embeddings that are for no square grid need the size stated")
  func noSquare() throws {
    let failure = try EditedModel("timm-vit-gap").set([("model_args.img_size", [16, 16])]).failure()
    #expect(failure?.contains("\"img_size\": [height, width]") == true, "\(failure ?? "it loads")")
  }

  @Test("a written model states the size of its inputs")
  func written() throws {
    let model = try EditedModel("timm-vit").set([
      ("model_args.img_size", nil), ("pretrained_cfg.input_size", [3, 24, 12]),
    ]).load()
    let files = try #require(model as? VisionTransformer).configurationFiles()
    let config = try Configuration(text: try #require(files["config.json"]), file: "config.json")
    #expect(try config.optionalIntegers("pretrained_cfg.input_size") == [3, 24, 12])
  }

  // MARK: - Backbones

  @Test(
    "weights without a classifier are a backbone where the configuration says so anywhere",
    arguments: [
      "num_classes", "pretrained_cfg.num_classes", "model_args.num_classes",
    ])
  func backbone(_ key: String) throws {
    let headless = try EditedModel("timm-vit").edit { tensors in
      for name in ["head.weight", "head.bias"] { tensors[name] = nil }
    }
    let failure = headless.failure()
    #expect(
      failure?.contains("\"num_classes\": 0") == true && failure?.contains("7 classes") == true,
      "\(failure ?? "")")
    let model = try headless.set([(key, 0)]).load()
    #expect(model.descriptor.classCount == 0)
    #expect(model.descriptor.output == .none)
  }

  @Test("a Swin without a classifier is a backbone where the configuration says so")
  func swinBackbone() throws {
    let headless = try EditedModel("timm-swin", in: "swin").edit { tensors in
      for name in ["head.fc.weight", "head.fc.bias"] { tensors[name] = nil }
    }
    let failure = headless.failure()
    #expect(
      failure?.contains("\"num_classes\": 0") == true && failure?.contains("7 classes") == true,
      "\(failure ?? "")")
    let model = try headless.set([("num_classes", 0)]).load()
    #expect(model.descriptor.classCount == 0)
    #expect(model.descriptor.output == .none)
    #expect(model.descriptor.capabilities == [.attention, .activations])
  }
}
