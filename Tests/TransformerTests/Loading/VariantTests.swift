import Foundation
import Testing
import XAICore
import XAITensor
import XAITesting
import XAITransformer
import XAIWeights

/// DINOv3 and the variants of timm's blocks: configurations and weights that contradict themselves, lack something, or ask for
/// what isn't computed; and what is said of those that load.
@Suite struct VariantTests {
  @Test(
    "DINOv3's configurations",
    arguments: [
      FamilyErrorTests.Case("hf-dinov3", "hidden_act", "relu", "hidden_act", "'gelu'"),
      .init("hf-dinov3", "use_gated_mlp", "true", "hidden_act", "'silu'"),
      .init("hf-dinov3", "query_bias", "false", "query_bias, key_bias, value_bias", "false, false, true"),
      .init("hf-dinov3", "key_bias", "true", "layer.0.attention.k_proj.bias"),
      .init("hf-dinov3", "proj_bias", "false", "proj_bias"),
      .init("hf-dinov3", "mlp_bias", "false", "mlp_bias"),
      .init("hf-dinov3", "rope_theta", "-1", "'rope_theta' is -1"),
      .init("hf-dinov3", "num_register_tokens", "-1", "num_register_tokens"),
      .init("hf-dinov3", "num_register_tokens", "3", "embeddings.register_tokens"),
      .init("hf-dinov3", "num_attention_heads", "4", "multiple of 4 elements"),
      .init("hf-dinov3", "num_channels", "4", "num_channels"),
      .init("hf-dinov3", "layer_norm_eps", "0", "epsilon"),
      .init("hf-dinov3-gated", "hidden_act", "gelu", "hidden_act"),
    ])
  func configurations(_ change: FamilyErrorTests.Case) throws {
    let failure = try #require(
      try EditedModel(change.fixture, in: "variants").set([(change.key, change.json)]).failure(), "it loads")
    for part in change.parts { #expect(failure.contains(part), "\(failure)") }
  }

  @Test("a DINOv3 is a backbone, and says how images are rounded")
  func backbone() throws {
    let model = try EditedModel("hf-dinov3", in: "variants").load()
    #expect(model.descriptor.classCount == 0 && model.descriptor.output == .none)
    #expect(model.descriptor.layout.prefix == [.classToken, .register, .register])
    #expect(model.descriptor.notes.contains { $0.contains("floating point") })
  }

  @Test("names of DINOv3 in memory, behind which the encoder stands, are those of its files")
  func namesInMemory() throws {
    let renamed = try EditedModel("hf-dinov3", in: "variants").edit { tensors in
      for (name, tensor) in tensors where name.hasPrefix("layer.") {
        tensors[name] = nil
        tensors["model.\(name)"] = tensor
      }
    }
    #expect(renamed.failure() == nil)
  }

  @Test("a last norm that is missing is an error, unless an argument says that there is none")
  func lastNorm() throws {
    let headless = try EditedModel("timm-vit").edit { tensors in
      for name in ["norm.weight", "norm.bias"] { tensors[name] = nil }
    }
    #expect(headless.failure()?.contains("the last norm is left out") == true)
    let model = try headless.set([("model_args.final_norm", false)]).load()
    #expect((model as? VisionTransformer)?.configuration.finalNorm == .absent)
    // A name that has none, with one.
    let radio = try EditedModel("timm-radio", in: "variants").set([("model_args.final_norm", true)])
    #expect(radio.failure()?.contains("the last norm") == true)
  }

  @Test(
    "weights",
    arguments: [
      ("hf-dinov3", "layer.1.attention.o_proj.weight"), ("hf-dinov3-gated", "layer.0.mlp.gate_proj.bias"),
      ("timm-eva02-base", "blocks.1.mlp.fc1_x.weight"), ("timm-eva02-base", "blocks.1.attn.k_proj.weight"),
      ("timm-eva02-clip", "blocks.0.attn.norm.bias"), ("timm-beit3", "blocks.1.mlp.norm.weight"),
      ("timm-rope-mixed", "rope.freqs"), ("timm-relpos", "blocks.1.attn.rel_pos.mlp.fc2.bias"),
      ("timm-srelpos", "shared_rel_pos.mlp.fc2.weight"), ("timm-parallel", "blocks.0.in_proj.weight"),
      ("timm-parallel", "blocks.1.q_norm.bias"),
    ])
  func weights(_ fixture: String, _ name: String) throws {
    let misshapen = #expect(throws: WeightsError.self) {
      try EditedModel(fixture, in: "variants").edit { $0[name] = Tensor(repeating: 1, [2, 2, 2]) }.load()
    }
    #expect(misshapen?.mismatched.map(\.name) == [name])
    let unexpected = #expect(throws: WeightsError.self) {
      try EditedModel(fixture, in: "variants").edit { $0["\(name).more"] = Tensor(repeating: 1, [2]) }.load()
    }
    #expect(unexpected?.unexpected == ["\(name).more"])
  }

  @Test(
    "arguments that the tensors contradict",
    arguments: [
      ("timm-eva02-clip", "scale_attn_inner", false), ("timm-eva02-base", "scale_mlp", false),
      ("timm-radio", "scale_mlp_norm", true), ("timm-parallel", "qk_norm", false),
    ])
  func arguments(_ fixture: String, _ key: String, _ value: Bool) throws {
    let failure = try EditedModel(fixture, in: "variants").set([("model_args.\(key)", value)]).failure()
    #expect(failure?.contains("model_args.\(key)") == true, "\(failure ?? "it loads")")
  }

  @Test(
    "what betrays blocks that aren't computed",
    arguments: [
      ("blocks.0.attns.0.norm.weight", "two attentions"), ("blocks.0.mlp_bias", "a bias of the MLP alone"),
      ("blocks.0.lambda_q1", "difference"), ("blocks.0.out_proj.weight", "one projection"),
      ("rope.freqs", "rotary embeddings"),
    ])
  func betraying(_ tensor: String, _ reason: String) throws {
    let failure = try EditedModel("timm-vit").edit { $0[tensor] = Tensor(repeating: 1, [4]) }.failure()
    #expect(failure?.contains(reason) == true, "\(failure ?? "it loads")")
  }
}
