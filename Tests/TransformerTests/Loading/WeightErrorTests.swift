import Testing
import XAITensor
import XAIWeights

/// Weights that do not fit their configuration.
@Suite struct WeightErrorTests {
  @Test("what is missing, of another shape and left over is reported together")
  func together() throws {
    let model = try EditedModel("hf-vit").set([("intermediate_size", 41)]).edit {
      $0["vit.layernorm.weight"] = nil
      $0["vit.extra.weight"] = Tensor(repeating: 0, [3])
    }
    let error = #expect(throws: WeightsError.self) { try model.load() }
    #expect(error?.missing.map(\.name) == ["vit.layernorm.weight"])
    #expect(error?.unexpected == ["vit.extra.weight"])
    let mismatched = error?.mismatched.map(\.name) ?? []
    #expect(mismatched.contains("vit.encoder.layer.0.intermediate.dense.weight"))
    #expect(mismatched.count == 9)
  }

  @Test("too many and too few layers")
  func layers() throws {
    let fewer = #expect(throws: WeightsError.self) {
      try EditedModel("hf-vit").set([("num_hidden_layers", 2)]).load()
    }
    #expect(fewer?.unexpected.contains("vit.encoder.layer.2.output.dense.weight") == true)
    #expect(fewer?.missing.isEmpty == true)
    let more = #expect(throws: WeightsError.self) {
      try EditedModel("hf-vit").set([("num_hidden_layers", 1000)]).load()
    }
    #expect(more?.missing.count == 997 * 16)
  }

  @Test("the largest sizes that a configuration may state allocate nothing", .timeLimit(.minutes(1)))
  func hostile() throws {
    let error = #expect(throws: WeightsError.self) {
      try EditedModel("hf-vit").set([
        ("hidden_size", 65_536), ("num_attention_heads", 1), ("image_size", 16_384), ("patch_size", 1),
        ("intermediate_size", 1 << 20),
      ]).load()
    }
    #expect(error?.mismatched.isEmpty == false)
  }

  @Test(
    "timm tensors that betray another architecture are named",
    arguments: [
      "blocks.0.attn.q_norm.weight", "blocks.0.attn.gate.weight", "attn_pool.q.weight", "rope.freqs",
      "patch_embed.norm.weight",
    ])
  func betraying(_ name: String) throws {
    let failure = try EditedModel("timm-vit").edit { $0[name] = Tensor(repeating: 1, [18]) }.failure()
    #expect(failure?.contains(name) == true, "\(failure ?? "")")
    #expect(failure?.contains("not supported") == true, "\(failure ?? "")")
  }

  @Test("layer scale in some blocks only is missing in the others")
  func layerScale() throws {
    let error = #expect(throws: WeightsError.self) {
      try EditedModel("timm-vit").edit { $0["blocks.0.ls1.gamma"] = Tensor(repeating: 1, [18]) }.load()
    }
    #expect(
      error?.missing.map(\.name).sorted() == [
        "blocks.0.ls2.gamma", "blocks.1.ls1.gamma", "blocks.1.ls2.gamma",
      ])
  }

  @Test("timm weights without what every vision transformer has are refused by its name")
  func notATransformer() throws {
    for name in ["patch_embed.proj.weight", "pos_embed", "head.weight", "blocks.0.mlp.fc1.weight"] {
      let failure = try EditedModel("timm-vit").edit { $0[name] = nil }.failure()
      #expect(failure?.contains(name) == true, "\(failure ?? "")")
    }
    let scalar = try EditedModel("timm-vit").edit {
      $0["patch_embed.proj.weight"] = Tensor(repeating: 0, [0, 3, 0, 0])
    }
    #expect(scalar.failure() != nil)
  }

  @Test("a class token that is read but not there is a contradiction")
  func noClassToken() throws {
    let failure = try EditedModel("timm-vit").edit { $0["cls_token"] = nil }.failure()
    #expect(failure?.contains("cls_token") == true, "\(failure ?? "")")
  }
}
