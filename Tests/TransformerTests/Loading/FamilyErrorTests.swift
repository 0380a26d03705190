import Foundation
import Testing
import XAICore
import XAIImage
import XAITensor
import XAIWeights

/// Configurations and weights of BEiT and DINOv2 that contradict themselves, lack something, or are hostile.
@Suite struct FamilyErrorTests {
  /// A change of a configuration, and what the error has to say.
  struct Case: Sendable, CustomTestStringConvertible {
    let fixture: String
    let key: String
    let value: String?
    let parts: [String]

    var testDescription: String { "\(fixture): \(key) = \(value ?? "nothing")" }

    init(_ fixture: String, _ key: String, _ value: String?, _ parts: String...) {
      (self.fixture, self.key, self.value, self.parts) = (fixture, key, value, parts)
    }

    /// Numbers, and true and false, as themselves.
    var json: Any? {
      guard let value else { return nil }
      let values: [Any?] = [Int(value), Double(value), Bool(value), value]
      return values.lazy.compactMap { $0 }.first
    }
  }

  @Test("the unchanged models load", arguments: ["hf-beit", "timm-beit", "hf-dinov2", "timm-dinov2"])
  func unchanged(_ name: String) throws {
    #expect(try EditedModel(name).failure() == nil)
  }

  @Test(
    "configurations",
    arguments: [
      Case("hf-beit", "hidden_act", "relu", "hidden_act", "'gelu'"),
      Case("hf-beit", "use_mean_pooling", "1", "use_mean_pooling", "true or false"),
      Case("hf-beit", "use_mean_pooling", "false", "beit.layernorm.weight", "beit.pooler.layernorm.weight"),
      Case("hf-beit", "use_relative_position_bias", "false", "relative_position_bias_table"),
      Case(
        "hf-beit", "use_shared_relative_position_bias", "true",
        "beit.encoder.relative_position_bias.relative_position_bias_table"),
      Case("hf-beit", "use_absolute_position_embeddings", "true", "beit.embeddings.position_embeddings"),
      Case("hf-beit", "layer_scale_init_value", "0", "lambda_1"),
      Case("hf-beit", "layer_scale_init_value", "1e300", "layer scale"),
      Case("hf-beit", "num_attention_heads", "2", "relative_position_bias_table"),
      Case("hf-beit", "image_size", "20", "relative_position_bias_table"),
      Case("hf-dinov2", "mlp_ratio", "0", "mlp_ratio"), Case("hf-dinov2", "mlp_ratio", "1e300", "mlp_ratio"),
      Case("hf-dinov2", "mlp_ratio", "-4", "mlp_ratio"), Case("hf-dinov2", "mlp_ratio", "wide", "mlp_ratio"),
      Case("hf-dinov2", "hidden_size", "1000000000", "mlp_ratio"),
      Case("hf-dinov2", "use_swiglu_ffn", "true", "mlp.weights_in.weight", "mlp.fc1.weight"),
      Case("hf-dinov2-registers-swiglu", "num_register_tokens", "2", "register_tokens"),
      Case("hf-dinov2-registers-swiglu", "num_register_tokens", "-1", "num_register_tokens is -1"),
      Case("hf-dinov2-registers-swiglu", "num_register_tokens", "2000000000", "num_register_tokens"),
      Case("timm-beit", "model_args.swiglu_mlp", "true", "swiglu_mlp"),
      Case("timm-beit", "model_args.global_pool", "map", "global_pool"),
    ])
  func configurations(_ change: Case) throws {
    let failure = try #require(
      try EditedModel(change.fixture).set([(change.key, change.json)]).failure(), "it loads")
    for part in change.parts { #expect(failure.contains(part), "\(failure)") }
  }

  @Test(
    "a grid that isn't square is refused where transformers reads positions wrong",
    arguments: ["hf-beit", "hf-beit-shared", "hf-dinov2"])
  func nonSquare(_ fixture: String) throws {
    let failure = try EditedModel(fixture).set([("image_size", [16, 24])]).failure()
    #expect(failure?.contains("4×6") == true && failure?.contains("square") == true, "\(failure ?? "")")
  }

  @Test(
    "weights",
    arguments: [
      ("hf-beit", "beit.encoder.layer.1.lambda_2"),
      (
        "hf-beit",
        "beit.encoder.layer.2.attention.attention.relative_position_bias.relative_position_bias_table"
      ),
      ("timm-beit", "blocks.1.attn.v_bias"), ("timm-beit", "blocks.0.gamma_2"),
      ("hf-dinov2", "dinov2.encoder.layer.0.layer_scale1.lambda1"),
      ("hf-dinov2-registers-swiglu", "dinov2_with_registers.embeddings.register_tokens"),
      ("timm-dinov2-registers-swiglu", "blocks.1.ls2.gamma"),
    ])
  func weights(_ fixture: String, _ name: String) throws {
    let missing = #expect(throws: WeightsError.self) {
      try EditedModel(fixture).edit { $0[name] = nil }.load()
    }
    #expect(missing?.missing.map(\.name) == [name])
    let misshapen = #expect(throws: WeightsError.self) {
      try EditedModel(fixture).edit { $0[name] = Tensor(repeating: 1, [2, 2, 2]) }.load()
    }
    #expect(misshapen?.mismatched.map(\.name) == [name])
    let unexpected = #expect(throws: WeightsError.self) {
      try EditedModel(fixture).edit { $0["\(name).more"] = Tensor(repeating: 1, [2]) }.load()
    }
    #expect(unexpected?.unexpected == ["\(name).more"])
  }

  @Test("a table of another rank doesn't say how many heads there are")
  func tableRank() throws {
    let table = "relative_position_bias_table"
    let failure = try EditedModel("timm-beit").edit {
      $0["blocks.0.attn.\(table)"] = Tensor(repeating: 1, [4])
    }.failure()
    #expect(failure != nil)
  }

  @Test("the image processor's size is the model's own where the library interpolates by itself")
  func imageProcessor() throws {
    let size = try EditedModel("hf-dinov2").set([("image_size", 16)])
    let larger = """
      {"do_resize": true, "size": {"shortest_edge": 26}, "do_center_crop": true,
       "crop_size": {"height": 24, "width": 20}}
      """
    try Data(larger.utf8).write(to: URL(fileURLWithPath: "\(size.path)/preprocessor_config.json"))
    let model = try size.load()
    #expect(model.descriptor.layout.grid == PatchGrid(rows: 6, columns: 5))
    #expect(model.descriptor.preprocessing.inputSize.map { [$0.height, $0.width] } == [24, 20])
    // One that patches don't cover leaves the model its own.
    let odd = larger.replacingOccurrences(of: "24", with: "25")
    try Data(odd.utf8).write(to: URL(fileURLWithPath: "\(size.path)/preprocessor_config.json"))
    #expect(try size.load().descriptor.layout.grid == PatchGrid(rows: 4, columns: 4))
  }
}
