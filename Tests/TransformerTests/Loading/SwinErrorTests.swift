import Foundation
import Testing
import XAICore
import XAIFoundation
import XAITensor
import XAITesting
import XAIWeights

/// Configurations and weights of Swin that contradict themselves, lack something, or are hostile.
@Suite struct SwinErrorTests {
  @Test(
    "the unchanged models load",
    arguments: [
      "hf-swin", "hf-swin-padded", "hf-swin-three-stages", "timm-swin", "timm-swin-padded",
      "timm-swin-three-stages", "hf-swinv2", "hf-swinv2-padded", "hf-swinv2-three-stages", "timm-swinv2",
      "timm-swinv2-padded", "timm-swinv2-three-stages",
    ])
  func unchanged(_ name: String) throws {
    #expect(try EditedModel(name, in: "swin").failure() == nil)
  }

  private func expectFailure(
    _ fixture: String, _ key: String, _ value: Any?, _ parts: String...,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let failure = try EditedModel(fixture, in: "swin").set([(key: key, value: value)]).failure()
    for part in parts {
      #expect(
        failure?.contains(part) == true, "\(key): \(failure ?? "it loads")", sourceLocation: sourceLocation)
    }
  }

  @Test("Hugging Face configurations") func huggingFace() throws {
    let name = "hf-swin"
    try expectFailure(name, "hidden_act", "relu", "hidden_act", "'gelu'")
    try expectFailure(name, "num_channels", 4, "num_channels")
    try expectFailure(name, "depths", [2, 2, 2], "depths states 3 stages and num_heads 2")
    try expectFailure(name, "depths", [Int](), "depths states 0 stages")
    try expectFailure(name, "depths", [2, 0], "depth is 0")
    try expectFailure(name, "depths", [2, 1 << 40], "depth is")
    try expectFailure(name, "depths", "two", "depths")
    try expectFailure(name, "num_heads", [2, 3], "can't be split among 3 heads")
    try expectFailure(name, "num_heads", [0, 4], "number of heads is 0")
    try expectFailure(name, "num_heads", [4, 8], "relative_position_bias_table")
    try expectFailure(name, "embed_dim", 0, "embed_dim is 0")
    try expectFailure(name, "embed_dim", 1 << 50, "embed_dim")
    try expectFailure(name, "mlp_ratio", -1, "mlp_ratio")
    try expectFailure(name, "mlp_ratio", 1e300, "mlp_ratio")
    try expectFailure(name, "window_size", 0, "window is 0")
    try expectFailure(name, "window_size", -7, "window is -7")
    try expectFailure(name, "window_size", 7, "window of 7×7 is larger than the 4×4 tokens of stage 2")
    try expectFailure(name, "window_size", 3, "relative_position_bias_table")
    try expectFailure(name, "image_size", 33, "multiples of the patch")
    try expectFailure(name, "image_size", 1 << 40, "image height")
    try expectFailure(name, "patch_size", 0, "patch height")
    try expectFailure(name, "layer_norm_eps", 0, "epsilon")
    try expectFailure(name, "use_absolute_embeddings", true, "swin.embeddings.position_embeddings")
    try expectFailure("hf-swin-three-stages", "use_absolute_embeddings", false, "position_embeddings")
    try expectFailure("hf-swin-padded", "qkv_bias", true, "query.bias")
    try expectFailure(
      name, "architectures", ["Swinv2ForImageClassification"], "swinv2.embeddings.norm.weight")
    try expectFailure(name, "architectures", ["SwinBackbone"], "SwinBackbone")
  }

  @Test("timm configurations") func timm() throws {
    let name = "timm-swin"
    try expectFailure(name, "model_args.global_pool", "max", "global_pool", "'avg'")
    try expectFailure(name, "model_args.always_partition", true, "always_partition")
    try expectFailure(name, "model_args.head_dim", 8, "head_dim")
    try expectFailure(name, "model_args.window_size", [4, 2], "window_size", "square")
    try expectFailure(name, "model_args.window_size", [[4, 4], [4, 2]], "window_size", "square")
    try expectFailure(name, "model_args.img_size", 20, "49 offsets", "3×3 tokens")
    try expectFailure(name, "model_args.img_size", 0, "0×0 tokens")
    try expectFailure(name, "architecture", "swinv2_tiny_window8_256", "layers.0.blocks.0.attn.logit_scale")
    try expectFailure(name, "architecture", "swinv2_cr_tiny_224", "'swinv2_cr_tiny_224', timm's own Swin v2")
  }

  @Test("configurations of Swin v2") func second() throws {
    let name = "hf-swinv2"
    try expectFailure(name, "use_absolute_embeddings", true, "use_absolute_embeddings", "transformers fails")
    try expectFailure(name, "pretrained_window_sizes", [4], "states 1 windows, and there are 2 stages")
    try expectFailure(name, "pretrained_window_sizes", [4, -1], "window of pretraining is -1")
    try expectFailure(name, "window_size", 0, "window is 0")
    try expectFailure(name, "image_size", 4, "can't be halved until stage 2")
    try expectFailure(name, "num_heads", [4, 8], "logit_scale", "continuous_position_bias_mlp.2")
    try expectFailure("hf-swinv2-padded", "qkv_bias", true, "query.bias", "value.bias")
    let timm = "timm-swinv2"
    try expectFailure(timm, "model_args.window_size", [4, 2], "window_size", "square")
    try expectFailure(timm, "model_args.window_size", [[4, 4]], "model_args.window_size", "2 stages")
    try expectFailure(timm, "model_args.pretrained_window_sizes", [4], "model_args.pretrained_window_sizes")
    try expectFailure(timm, "model_args.always_partition", true, "always_partition")
    try expectFailure(
      timm, "architecture", "swinv2_nonesuch", "model_args.pretrained_window_sizes nor the name")
    // What has its windows stated needs no name that timm knows.
    let named = try EditedModel("timm-swinv2-padded", in: "swin").set([
      (key: "architecture", value: "swinv2_nonesuch")
    ])
    #expect(named.failure() == nil)
  }

  @Test("a backbone of transformers attends as its model does", arguments: ["hf-swin", "hf-swinv2"])
  func backbone(_ name: String) throws {
    let (root, kind) = name == "hf-swin" ? ("swin.", "SwinModel") : ("swinv2.", "Swinv2Model")
    let whole = try EditedModel(name, in: "swin")
    let model = try EditedModel(name, in: "swin").edit { tensors in
      tensors = Dictionary(
        uniqueKeysWithValues: tensors.filter { $0.key.hasPrefix(root) }.map {
          (String($0.key.dropFirst(root.count)), $0.value)
        })
    }.set([(key: "architectures", value: [kind])]).load()
    #expect(model.descriptor.classCount == 0 && model.descriptor.labels.isEmpty)
    #expect(model.descriptor.capabilities == [.attention, .activations])
    var random = SeededRandom(seed: 2)
    let input = random.normal([1, 3, 32, 32])
    let own = try model.forward(input, recording: Recording(attention: .all))
    let other = try whole.load().forward(input, recording: Recording(attention: .all))
    #expect(own.logits.shape == [1, 0])
    for layer in 0..<4 {
      #expect(try own.attention(ofLayer: layer).elements == other.attention(ofLayer: layer).elements)
    }
    let trained = try model.trainable().replacingHead(labels: ["a", "b"], random: &random)
    #expect(try trained.logits(input).shape == [1, 2])
    #expect(try trained.descriptor.capabilities == whole.load().descriptor.capabilities)
  }

  @Test("tensors that are missing, of another shape or too many are named")
  func tensors() throws {
    for (fixture, missing) in [
      ("hf-swin", "swin.encoder.layers.0.downsample.reduction.weight"),
      ("hf-swin", "swin.encoder.layers.1.blocks.1.attention.self.relative_position_bias_table"),
      ("hf-swin", "swin.embeddings.norm.weight"), ("timm-swin", "layers.1.downsample.norm.bias"),
      ("timm-swin", "patch_embed.norm.weight"), ("timm-swin", "head.fc.bias"),
      ("timm-swin", "patch_embed.proj.weight"),
      ("timm-swin", "layers.0.blocks.0.attn.relative_position_bias_table"),
    ] {
      let failure = try EditedModel(fixture, in: "swin").edit { $0[missing] = nil }.failure()
      #expect(failure?.contains(missing) == true, "\(missing): \(failure ?? "it loads")")
    }
    let wrong = "layers.1.downsample.reduction.weight"
    let failure = try EditedModel("timm-swin", in: "swin").edit {
      $0[wrong] = Tensor(repeating: 0, [16, 16])
      $0["layers.9.extra"] = Tensor(repeating: 0, [1])
    }.failure()
    #expect(
      failure?.contains(wrong) == true && failure?.contains("layers.9.extra") == true, "\(failure ?? "")")
    let empty = try EditedModel("timm-swin", in: "swin").edit {
      $0["patch_embed.proj.weight"] = Tensor(repeating: 0, [8, 3, 0, 4])
    }
    #expect(empty.failure()?.contains("patches are 0×4") == true)
  }

  @Test("what nothing reads may be left over") func leftOver() throws {
    let model = try EditedModel("timm-swin", in: "swin").edit {
      $0["layers.0.blocks.1.attn_mask"] = Tensor(repeating: 0, [4, 16, 16])
      $0["layers.0.blocks.1.attn.relative_position_index"] = Tensor(repeating: 0, [16, 16])
    }
    #expect(model.failure() == nil)
  }

  @Test("names of timm before 0.9 mean the same model") func oldNames() throws {
    let new = try EditedModel("timm-swin-three-stages", in: "swin")
    let old = try EditedModel("timm-swin-three-stages", in: "swin").edit { tensors in
      var renamed: [String: Tensor] = [:]
      for (name, tensor) in tensors {
        var name = name
        for stage in 1...2 where name.hasPrefix("layers.\(stage).downsample") {
          name = "layers.\(stage - 1)" + name.dropFirst("layers.1".count)
          break
        }
        if name.hasPrefix("head.fc.") { name = "head." + name.dropFirst("head.fc.".count) }
        renamed[name] = tensor
      }
      tensors = renamed
    }
    var random = SeededRandom(seed: 2)
    let input = random.normal([1, 3, 24, 40])
    #expect(try old.load().logits(input).elements == new.load().logits(input).elements)
  }
}
