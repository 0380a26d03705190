import XAITransformer
import XAIWeights

extension Swin {
  /// What a `config.json` of `transformers` states; absent keys have its defaults.
  static func huggingFaceConfiguration(_ config: Configuration) throws -> HierarchicalConfiguration {
    try VisionTransformerConfiguration.checkIsSupported(huggingFace: config)
    let image = try config.optionalIntegerPair("image_size") ?? (224, 224)
    let patch = try config.optionalIntegerPair("patch_size") ?? (4, 4)
    let depths = try config.optionalIntegers("depths") ?? [2, 2, 6, 2]
    let heads = try config.optionalIntegers("num_heads") ?? [3, 6, 12, 24]
    guard depths.count == heads.count, (1...16).contains(depths.count) else {
      throw VisionTransformerError.contradiction(
        file: config.file,
        reason:
          "depths states \(depths.count) stages and num_heads \(heads.count); there are from 1 to 16, and one "
          + "number of heads each")
    }
    let width = try config.optionalInteger("embed_dim") ?? 96
    let ratio = try config.optionalDouble("mlp_ratio") ?? 4
    let window = try config.optionalInteger("window_size") ?? 7
    guard (1...65_536).contains(width), ratio > 0, ratio <= 1_024 else {
      throw VisionTransformerError.contradiction(
        file: config.file,
        reason:
          "embed_dim is \(width) and mlp_ratio \(ratio); they must be from 1 to 65536, and above 0 and at most 1024"
      )
    }
    let stages = zip(depths, heads).enumerated().map { stage, sizes in
      let stageWidth = width << stage
      return HierarchicalConfiguration.Stage(
        depth: sizes.0, width: stageWidth, headCount: sizes.1, mlpWidth: Int(ratio * Double(stageWidth)),
        window: window)
    }
    var configuration = HierarchicalConfiguration(
      imageHeight: image.0, imageWidth: image.1, patchHeight: patch.0, patchWidth: patch.1, stages: stages,
      windowing: .square, epsilon: Float(try config.optionalDouble("layer_norm_eps") ?? 1e-5),
      classCount: try VisionTransformerConfiguration.classCount(huggingFace: config))
    configuration.qkvBias = try config.optionalBool("qkv_bias") ?? true ? .all : .none
    configuration.hasPositionEmbeddings = try config.optionalBool("use_absolute_embeddings") ?? false
    try configuration.validate(file: config.file)
    return configuration
  }

  /// What `transformers` calls the weights.
  static let huggingFaceNaming = HierarchicalNaming(
    patch: "swin.embeddings.patch_embeddings.projection", patchNorm: "swin.embeddings.norm",
    positions: "swin.embeddings.position_embeddings",
    block: { stage, index in
      let block = "swin.encoder.layers.\(stage).blocks.\(index)"
      var names = CheckpointNaming.Block(
        firstNorm: "\(block).layernorm_before",
        queryKeyValue: ["query", "key", "value"].map { "\(block).attention.self.\($0)" },
        projection: "\(block).attention.output.dense", secondNorm: "\(block).layernorm_after",
        expansion: "\(block).intermediate.dense", contraction: "\(block).output.dense")
      names.positionBias = "\(block).attention.self.relative_position_bias_table"
      return names
    },
    merge: { stage in
      let merge = "swin.encoder.layers.\(stage - 1).downsample"
      return .init(norm: "\(merge).norm", reduction: "\(merge).reduction")
    },
    finalNorm: "swin.layernorm", head: "classifier")
}
