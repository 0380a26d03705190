import XAICore
import XAISwin
import XAITensor
import XAITransformer
import XAIWeights

/// What a loaded model is, in the words in which the fixture says what timm's constructor made.
enum TimmFacts {
  static func norm(_ epsilon: Float) -> JSONValue {
    .string("LayerNorm \(epsilon == 1e-6 ? "1e-06" : epsilon == 1e-5 ? "1e-05" : "\(epsilon)")")
  }

  static func pair(_ a: Int, _ b: Int) -> JSONValue { .array([.integer(a), .integer(b)]) }

  /// Of a vision transformer; what no configuration of ours can say is what it computes without being asked.
  static func of(_ model: VisionTransformer) -> [String: JSONValue] {
    let own = model.configuration
    let norm = norm(own.epsilon)
    let isTwoHeaded = own.readout == .meanOfClassAndDistillation
    let isGated = own.mlp.isGated
    let names = Set(model.parameters.map(\.name))
    let hasOwnGate = names.contains("blocks.0.mlp.fc1_g.weight")
    let activation: String =
      switch own.mlp {
      case .gelu, .normalisedGELU: "GELU"
      case .tanhGELU: "GELUTanh"
      case .quickGELU: "QuickGELU"
      case .swiGLU, .normalisedSwiGLU: "SiLU"
      }
    let prefix = own.prefix.map { token in
      switch token {
      case .classToken: "class"
      case .distillation: "distillation"
      case .register: "register"
      case .probe: "probe"
      }
    }
    let positions: String =
      switch own.positions {
      case .none: "none"
      case .patches: own.prefix.isEmpty ? "all" : "patches"
      case .patchesAndPrefix(exceptRegisters: false): "all"
      case .patchesAndPrefix(exceptRegisters: true): "else"
      }
    let qkvBias: String =
      switch own.qkvBias {
      case .none: "none"
      case .queryAndValue: "query+value"
      case .all: "all"
      }
    let block: String =
      switch own.normOrder {
      case .preNorm: "Block"
      case .resPostNorm: "ResPostBlock"
      case .parallel: "ParallelScalingBlock"
      }
    let pool: String =
      switch own.readout {
      case .meanOfPatches: "avg"
      case .classToken, .meanOfClassAndDistillation: "token"
      case .attentionPooling: "map"
      case .meanAndMaximumOfPatches: "avgmax"
      case .classAndMeanOfPatches: "else"
      }
    let queryKeyNorm = own.attentionTransforms.compactMap { $0 as? QueryKeyNorm }.first
    let scale = JSONValue.boolean(own.layerScale != nil)
    var facts: [String: JSONValue] = [
      "embedding": .string("PatchEmbed"), "image": pair(own.imageHeight, own.imageWidth),
      "patch": pair(own.patchHeight, own.patchWidth), "patch_bias": .boolean(own.hasPatchBias),
      "patch_norm": .null, "width": .integer(own.width), "depth": .integer(own.depth),
      "prefix": .array(prefix.map { .string($0) }), "positions": .string(positions),
      "rope": rope(own.attentionTransforms),
      "pre_norm": own.hasEmbeddingNorm ? norm : .null,
      "final_norm": own.finalNorm == .onTokens ? norm : .null,
      "fc_norm": own.finalNorm == .afterPooling ? norm : .null,
      "pool": .string(pool),
      "pool_includes_prefix": .boolean(own.pooling?.pooled == .all),
      "shared_position_bias": .boolean(own.positionBias?.isShared == true),
      "heads_of_classifier": .integer(isTwoHeaded ? 2 : 1), "classes": .integer(own.classCount),
      "block": .string(block),
      "attention": .string("Attention"),
      "heads": .integer(own.headCount), "mlp": .string(hasOwnGate ? "SwiGLU" : isGated ? "GluMlp" : "Mlp"),
      "hidden": .integer(own.mlpWidth), "activation": .string(activation),
      "gate_last": isGated && !hasOwnGate ? .boolean(false) : .null,
      "mlp_norm": own.mlp.hasNorm ? norm : .null,
      "mlp_bias": .boolean(true), "norm": norm, "second_norm": own.normOrder == .parallel ? .null : norm,
      "qkv": .string(names.contains("blocks.0.attn.q_proj.weight") ? "three" : "one"),
      "qkv_bias": .string(qkvBias), "projection_bias": .boolean(true),
      "qk_norm": queryKeyNorm.map { self.norm($0.epsilon) } ?? .null,
      "attention_norm": own.hasHeadNorm ? norm : .null,
      "gate": .boolean(false), "layer_scale": .array([scale, scale]),
      "position_bias": .boolean(names.contains("blocks.0.attn.relative_position_bias_table")),
    ]
    if let heads = own.pooling?.headCount, heads != own.headCount { facts["pool_heads"] = .integer(heads) }
    return facts
  }

  /// Of the rotary embeddings among transforms of queries and keys.
  private static func rope(_ transforms: [any AttentionTransform]) -> JSONValue {
    if transforms.contains(where: { $0 is MixedRotaryEmbedding }) {
      // The temperature is that of frequencies before training.
      return .object([
        "class": .string("RotaryEmbeddingMixed"), "temperature": .double(10), "grid_indexing": .string("xy"),
      ])
    }
    return transforms.compactMap { $0 as? RotaryEmbedding }.first.map(rope) ?? .null
  }

  /// Of rotary embeddings, with what ours always are.
  private static func rope(_ rotary: RotaryEmbedding) -> JSONValue {
    var facts: [String: JSONValue] = [
      "class": .string("RotaryEmbeddingDinoV3"), "temperature": .double(rotary.base),
      "grid_offset": .double(rotary.first),
      "grid_indexing": .string(rotary.hasColumnsFirst ? "xy" : "ij"),
      "rotate_half": .boolean(rotary.pairing == .halves), "normalize_coords": .string("separate"),
    ]
    if case .indices(let grid) = rotary.coordinates {
      facts["class"] = .string("RotaryEmbeddingCat")
      (facts["in_pixels"], facts["linear_bands"], facts["max_res"]) = (
        .boolean(false), .boolean(false), .integer(224)
      )
      if let grid { facts["ref_feat_shape"] = pair(grid.rows, grid.columns) }
    }
    return .object(facts)
  }

  /// Of a Swin Transformer, by stage and by the windows of its layers.
  static func of(_ model: HierarchicalTransformer) -> [String: JSONValue] {
    let own = model.configuration
    var first = 0
    let stages: [JSONValue] = own.stages.enumerated().map { index, stage in
      let layers = own.layout.layers[first..<first + stage.depth]
      first += stage.depth
      let grid = layers[layers.startIndex].grid
      let windows = layers.map { $0.windows?.shape ?? grid }
      var facts: [String: JSONValue] = [
        "depth": .integer(stage.depth), "width": .integer(stage.width), "heads": .integer(stage.headCount),
        "hidden": .integer(stage.mlpWidth), "window": pair(windows[0].rows, windows[0].columns),
        "shifts": .array(layers.map { pair($0.windows?.shift.rows ?? 0, $0.windows?.shift.columns ?? 0) }),
        "grid": pair(grid.rows, grid.columns), "activation": .string("GELU"), "norm": norm(own.epsilon),
        "merge": index == 0 ? .null : norm(1e-5),
      ]
      if own.version == .second {
        facts["stated_window"] = pair(stage.window, stage.window)
        facts["pretrained_window"] = pair(stage.pretrainedWindow, stage.pretrainedWindow)
        facts["qkv_bias"] = .string(own.qkvBias == .queryAndValue ? "query+value" : "none")
      }
      return .object(facts)
    }
    return [
      "class": .string(own.version == .first ? "SwinTransformer" : "SwinTransformerV2"),
      "image": pair(own.imageHeight, own.imageWidth), "patch": pair(own.patchHeight, own.patchWidth),
      "patch_norm": norm(1e-5), "stages": .array(stages), "final_norm": norm(own.epsilon),
      "pool": .string("avg"),
      "classes": .integer(own.classCount),
    ]
  }
}
