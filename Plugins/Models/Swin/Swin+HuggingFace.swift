import XAITransformer
import XAIWeights

extension Swin {
  /// What a `config.json` of `transformers` states; absent keys have its defaults.
  static func huggingFaceConfiguration(
    _ config: Configuration, _ version: HierarchicalConfiguration.Version
  ) throws -> HierarchicalConfiguration {
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
    let pretrained = try version == .second ? pretrainedWindows(config, stages: depths.count) : []
    let stages = zip(depths, heads).enumerated().map { stage, sizes in
      let stageWidth = width << stage
      return HierarchicalConfiguration.Stage(
        depth: sizes.0, width: stageWidth, headCount: sizes.1, mlpWidth: Int(ratio * Double(stageWidth)),
        window: window, pretrainedWindow: pretrained.isEmpty ? 0 : pretrained[stage])
    }
    var configuration = HierarchicalConfiguration(
      imageHeight: image.0, imageWidth: image.1, patchHeight: patch.0, patchWidth: patch.1, stages: stages,
      windowing: version == .first ? .square : .squareOfOwnSize,
      epsilon: Float(try config.optionalDouble("layer_norm_eps") ?? 1e-5),
      classCount: try VisionTransformerConfiguration.classCount(huggingFace: config))
    let hasBias = try config.optionalBool("qkv_bias") ?? true
    configuration.qkvBias = !hasBias ? .none : version == .first ? .all : .queryAndValue
    configuration.hasPositionEmbeddings = try config.optionalBool("use_absolute_embeddings") ?? false
    if version == .second {
      configuration.version = .second
      // `transformers` adds its mask of −100 twice.
      configuration.scoreBetweenRegions = -200
      guard !configuration.hasPositionEmbeddings else {
        throw VisionTransformerError.unsupported(
          file: config.file, key: "use_absolute_embeddings", value: "true, with which transformers fails",
          supported: "false")
      }
    }
    try configuration.validate(file: config.file)
    return configuration
  }

  /// The windows of pretraining, one for each stage; 0 where there was none.
  private static func pretrainedWindows(_ config: Configuration, stages: Int) throws -> [Int] {
    guard let windows = try config.optionalIntegers("pretrained_window_sizes") else {
      return [Int](repeating: 0, count: stages)
    }
    guard windows.count >= stages else {
      throw VisionTransformerError.contradiction(
        file: config.file,
        reason: "pretrained_window_sizes states \(windows.count) windows, and there are \(stages) stages")
    }
    return windows
  }

  /// What `transformers` calls the weights.
  static func huggingFaceNaming(_ version: HierarchicalConfiguration.Version) -> HierarchicalNaming {
    version == .first ? firstNaming : secondNaming
  }

  private static let firstNaming = naming(root: "swin")

  private static let secondNaming = {
    var names = naming(root: "swinv2")
    names.continuousBias = { stage, index in
      let mlp = "swinv2.encoder.layers.\(stage).blocks.\(index).attention.self.continuous_position_bias_mlp"
      return .init(expansion: "\(mlp).0", contraction: "\(mlp).2")
    }
    return names
  }()

  private static func naming(root: String) -> HierarchicalNaming {
    HierarchicalNaming(
      patch: "\(root).embeddings.patch_embeddings.projection", patchNorm: "\(root).embeddings.norm",
      positions: "\(root).embeddings.position_embeddings",
      block: { stage, index in
        let block = "\(root).encoder.layers.\(stage).blocks.\(index)"
        var names = CheckpointNaming.Block(
          firstNorm: "\(block).layernorm_before",
          queryKeyValue: ["query", "key", "value"].map { "\(block).attention.self.\($0)" },
          projection: "\(block).attention.output.dense", secondNorm: "\(block).layernorm_after",
          expansion: "\(block).intermediate.dense", contraction: "\(block).output.dense")
        names.positionBias = "\(block).attention.self.relative_position_bias_table"
        names.attentionParameters["logit_scale"] = "\(block).attention.self.logit_scale"
        return names
      },
      merge: { stage in
        let merge = "\(root).encoder.layers.\(stage - 1).downsample"
        return .init(norm: "\(merge).norm", reduction: "\(merge).reduction")
      },
      finalNorm: "\(root).layernorm", head: "classifier")
  }
}
