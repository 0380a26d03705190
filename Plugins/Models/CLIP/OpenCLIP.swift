import XAICore
import XAITransformer
import XAIWeights

/// What `open_clip_config.json` states of both towers, and what OpenCLIP calls their weights.
///
/// Settings that change what is computed, and aren't computed here, are refused by their keys.
enum OpenCLIP {
  /// The image tower.
  static func imageTower(_ config: Configuration) throws -> ImageTower {
    let own = try section(
      "vision_cfg", of: config,
      known: ["image_size", "layers", "width", "patch_size", "head_width", "mlp_ratio", "patch_dropout"],
      usual: ["pool_type": .string("tok"), "pos_embed_type": .string("learnable")])
    let image = try own.optionalIntegerPair("image_size") ?? (224, 224)
    let patch = try own.optionalIntegerPair("patch_size") ?? (16, 16)
    let width = try own.optionalInteger("width", in: 1...65_536) ?? 768
    let headWidth = try own.optionalInteger("head_width", in: 1...65_536) ?? 64
    var configuration = VisionTransformerConfiguration(
      imageHeight: image.height, imageWidth: image.width, patchHeight: patch.height, patchWidth: patch.width,
      width: width, depth: try own.optionalInteger("layers") ?? 12,
      headCount: width / headWidth,
      mlpWidth: try mlpWidth(own, width: width), epsilon: 1e-5, classCount: 1)
    configuration.hasEmbeddingNorm = true
    configuration.hasPatchBias = false
    // OpenCLIP resizes position embeddings as a checkpoint is loaded, with antialiasing.
    configuration.positionInterpolation = .antialiasedBicubic
    configuration.mlp = try activation(config)
    configuration.classifier = .cosine(
      scale: ImageTower.usualScale, projectedWidth: try projectedWidth(config))
    try configuration.validate(file: own.file)
    return ImageTower(configuration: configuration, naming: imageNaming)
  }

  /// The text tower.
  static func textTower(_ config: Configuration) throws -> TextTransformer.Configuration {
    let own = try section(
      "text_cfg", of: config,
      known: ["context_length", "vocab_size", "width", "heads", "layers", "mlp_ratio", "pad_id", "eos_id"],
      usual: [
        "pool_type": .string("argmax"), "proj_type": .string("linear"),
        "hf_model_pretrained": .boolean(true), "hf_proj_type": .string("mlp"),
        "hf_pooler_type": .string("mean_pooler"),
      ])
    let width = try own.optionalInteger("width", in: 1...65_536) ?? 512
    let configuration = TextTransformer.Configuration(
      vocabularySize: try own.optionalInteger("vocab_size") ?? 49408,
      contextLength: try own.optionalInteger("context_length") ?? 77, width: width,
      depth: try own.optionalInteger("layers") ?? 12, headCount: try own.optionalInteger("heads") ?? 8,
      mlpWidth: try mlpWidth(own, width: width), epsilon: 1e-5, mlp: try activation(config),
      projectedWidth: try projectedWidth(config))
    try configuration.validate(file: own.file)
    return configuration
  }

  private static func projectedWidth(_ config: Configuration) throws -> Int {
    try config.integer("model_cfg.embed_dim", in: 1...65_536)
  }

  /// The sizes of a tower; throws for a setting that is neither known nor what it usually is.
  private static func section(
    _ key: String, of config: Configuration, known: Set<String>, usual: [String: JSONValue]
  ) throws -> Configuration {
    guard let own = try config.section("model_cfg.\(key)"), case .object(let members) = own.value else {
      throw ConfigurationError.missing(file: config.file, key: "model_cfg.\(key)")
    }
    for (name, value) in members.sorted(by: { $0.key < $1.key }) where !known.contains(name) {
      if value == .null || value == .boolean(false) || value == usual[name] { continue }
      throw own.unsupported(name, value: "set", supported: "towers that leave it out")
    }
    return own
  }

  private static func mlpWidth(_ tower: Configuration, width: Int) throws -> Int {
    let ratio = try tower.optionalDouble("mlp_ratio") ?? 4
    guard ratio.isFinite, ratio > 0, ratio <= 64 else {
      throw tower.invalid("mlp_ratio", "is \(ratio), which makes no MLP")
    }
    return Int(Double(width) * ratio)
  }

  private static func activation(_ config: Configuration) throws -> VisionTransformerConfiguration.MLP {
    try config.optionalBool("model_cfg.quick_gelu") ?? false ? .quickGELU : .gelu
  }
}

// MARK: - Names

extension OpenCLIP {
  private static var imageNaming: CheckpointNaming {
    var naming = CheckpointNaming(
      patch: "visual.conv1", prefix: [.classToken: "visual.class_embedding"],
      positions: "visual.positional_embedding", block: { Self.block("visual.transformer.resblocks.\($0)") },
      finalNorm: "visual.ln_post", heads: ["class_vectors"], tensor: Self.tensor)
    naming.tokenTensors = .plain
    naming.embeddingNorm = "visual.ln_pre"
    naming.projection = "visual.proj"
    naming.isProjectionTransposed = true
    naming.reasonAgainstClassifier = "has no classifier, and OpenCLIP's configuration has no place for one"
    return naming
  }

  /// The names of the text tower; behind `text.` where it is a module of its own.
  static func textNaming(_ weights: WeightStore) -> TextTransformer.Naming {
    let root = weights["text.token_embedding.weight"] == nil ? "" : "text."
    var naming = TextTransformer.Naming(
      tokens: "\(root)token_embedding.weight", positions: "\(root)positional_embedding",
      block: { Self.block("\(root)transformer.resblocks.\($0)") }, finalNorm: "\(root)ln_final",
      projection: "\(root)text_projection")
    naming.isProjectionTransposed = true
    naming.tensor = Self.tensor
    return naming
  }

  private static func block(_ layer: String) -> CheckpointNaming.Block {
    CheckpointNaming.Block(
      firstNorm: "\(layer).ln_1", queryKeyValue: ["\(layer).attn.in_proj"],
      projection: "\(layer).attn.out_proj", secondNorm: "\(layer).ln_2", expansion: "\(layer).mlp.c_fc",
      contraction: "\(layer).mlp.c_proj")
  }

  /// PyTorch's attention has `in_proj_weight` and `in_proj_bias`; the projection is a tensor and no layer.
  @Sendable private static func tensor(_ owner: String, _ parameter: CheckpointNaming.Parameter) -> String {
    if owner == "visual.proj" { return owner }
    return owner.hasSuffix(".in_proj") ? "\(owner)_\(parameter.rawValue)" : "\(owner).\(parameter.rawValue)"
  }
}
