import XAICore
import XAITensor
public import XAIWeights

extension VisionTransformerConfiguration {
  /// Reads the `config.json` of a timm vision transformer, and from the weights what the architecture's name implies.
  ///
  /// timm states `model_args` only where they differ from what the name of the architecture implies, so sizes are
  /// those of the tensors; only the number of heads can't be seen there.
  ///
  /// - Parameters:
  ///   - config: the configuration.
  ///   - weights: the opened weights of the directory.
  ///   - pooling: the family's `global_pool`, where the configuration states none.
  ///   - needsPositions: whether a model of the family always has position embeddings.
  /// - Throws: `ConfigurationError` for a key of the wrong kind, `VisionTransformerError` for what is unsupported.
  public init(
    timm config: Configuration, weights: WeightStore, pooling defaultPooling: String = "token",
    needsPositions: Bool = true
  ) throws {
    let pooling =
      try config.optionalString("model_args.global_pool") ?? config.optionalString("global_pool")
      ?? defaultPooling
    try Self.rejectUnsupported(config, weights, pooling: pooling)
    let architecture = try config.optionalString("architecture") ?? ""
    func shape(_ name: String, rank: Int) throws -> [Int] {
      guard let shape = weights[name]?.shape, shape.rank == rank else {
        throw VisionTransformerError.contradiction(
          file: weights.path,
          reason: "it has no tensor '\(name)' of \(rank) dimensions: it is no timm vision transformer")
      }
      return shape.extents
    }
    let patch = try shape("patch_embed.proj.weight", rank: 4)
    let width = patch[0]
    let hidden = try shape("blocks.0.mlp.fc1.weight", rank: 2)
    let positions =
      try needsPositions || weights["pos_embed"] != nil ? shape("pos_embed", rank: 3) : nil
    let prefix = Self.prefix(weights)
    let image = try Self.imageSize(timm: config)
    // Sizes are validated below; until then they may be such that their product can't be counted.
    let grid = patch[2] > 0 && patch[3] > 0 ? Shape(checking: [image.0 / patch[2], image.1 / patch[3]]) : nil
    let isBackbone = try weights["head.weight"] == nil && Self.statesNoClasses(config)
    let isDistilled = weights["head_dist.weight"] != nil
    self.init(
      imageHeight: image.0, imageWidth: image.1, patchHeight: patch[2], patchWidth: patch[3], width: width,
      depth: Self.depth(weights),
      headCount: try config.optionalInteger("model_args.num_heads")
        ?? Self.headCount(architecture, width: width),
      mlpWidth: hidden[0], epsilon: 1e-6, classCount: isBackbone ? 0 : try Self.classCount(weights),
      prefix: prefix,
      readout: pooling == "avg"
        ? .meanOfPatches : isDistilled ? .meanOfClassAndDistillation : .classToken,
      finalNorm: weights["fc_norm.weight"] != nil ? .afterPooling : .onTokens,
      qkvBias: weights["blocks.0.attn.qkv.bias"] != nil ? .all : .none,
      positions: positions.map {
        prefix.isEmpty || $0[1] == grid?.count ? .patches : .patchesAndPrefix()
      } ?? .none)
    if isBackbone { classifier = .none }
    positionInterpolation = .antialiasedBicubic
    layerScale = try Self.layerScale(config, isThere: weights["blocks.0.ls1.gamma"] != nil)
    try validate(file: config.file)
    guard readout == .meanOfPatches || prefix.contains(.classToken) else {
      throw VisionTransformerError.contradiction(
        file: config.file, reason: "global_pool is 'token', but the weights have no cls_token")
    }
  }

  /// What layer scale began as, where the configuration asks for it or the weights have it; nil otherwise.
  ///
  /// Its value is of no more use once it is trained, and names of architectures imply it.
  public static func layerScale(_ config: Configuration, isThere: Bool) throws -> Float? {
    let initial = try config.optionalDouble("model_args.init_values") ?? 0
    return initial != 0 || isThere ? Float(initial) : nil
  }

  /// Whether the configuration says that the model has no classifier.
  private static func statesNoClasses(_ config: Configuration) throws -> Bool {
    for key in ["model_args.num_classes", "num_classes", "pretrained_cfg.num_classes"] {
      if let count = try config.optionalInteger(key) { return count == 0 }
    }
    return false
  }

  /// The classes of the classifier in the weights.
  private static func classCount(_ weights: WeightStore) throws(VisionTransformerError) -> Int {
    guard let head = weights["head.weight"]?.shape, head.rank == 2 else {
      throw .contradiction(
        file: weights.path,
        reason:
          "it has no tensor 'head.weight' of 2 dimensions, the classifier of a timm vision transformer; "
          + "the configuration of a backbone without one states \"num_classes\": 0")
    }
    return head[0]
  }

  private static func prefix(_ weights: WeightStore) -> [TokenLayout.PrefixToken] {
    let registers = weights["reg_token"]?.shape.extents.dropFirst().first ?? 0
    return (weights["cls_token"] != nil ? [.classToken] : [])
      + (weights["dist_token"] != nil ? [.distillation] : [])
      + Array(repeating: .register, count: min(registers, 1_000))
  }

  private static func depth(_ weights: WeightStore) -> Int {
    var depth = 0
    while depth < 1_001, weights["blocks.\(depth).norm1.weight"] != nil { depth += 1 }
    return depth
  }

  /// The input size that a timm configuration states, height and width.
  public static func imageSize(timm config: Configuration) throws -> (Int, Int) {
    if let size = try config.optionalIntegerPair("model_args.img_size") { return size }
    let prefix = config.optionalValue("pretrained_cfg") != nil ? "pretrained_cfg." : ""
    guard let size = try config.optionalIntegers("\(prefix)input_size") else { return (224, 224) }
    guard size.count == 3 else {
      throw ConfigurationError.invalid(
        file: config.file, key: "\(prefix)input_size", reason: "it must be [channels, height, width]")
    }
    return (size[1], size[2])
  }

  /// Heads of the architectures whose heads are not 64 wide; the name's first match counts.
  private static let headCounts: [(name: String, heads: Int)] = [
    ("base_patch16_gap", 16), ("so150m", 13), ("so400m", 16), ("huge", 16), ("giant", 16), ("gigantic", 16),
  ]

  private static func headCount(_ architecture: String, width: Int) -> Int {
    headCounts.first { architecture.contains($0.name) }?.heads ?? max(1, width / 64)
  }

  /// Throws for what changes the arithmetic and is not supported, by its name.
  private static func rejectUnsupported(
    _ config: Configuration, _ weights: WeightStore, pooling: String
  ) throws {
    func reject(_ key: String, _ value: String, _ supported: String) throws {
      throw VisionTransformerError.unsupported(
        file: config.file, key: key, value: value, supported: supported)
    }
    if !["token", "avg"].contains(pooling) { try reject("global_pool", "'\(pooling)'", "'token' and 'avg'") }
    let refused = [
      "qk_norm", "scale_attn_norm", "scale_mlp_norm", "pre_norm", "act_layer", "norm_layer", "mlp_layer",
      "attn_layer", "block_fn", "pool_include_prefix", "scale_mlp", "swiglu_mlp",
    ]
    for key in refused {
      guard let value = config.optionalValue("model_args.\(key)"), value != .null, value != .boolean(false)
      else {
        continue
      }
      try reject("model_args.\(key)", "set", "models that leave it out")
    }
    let betraying = [
      ("blocks.0.attn.q_norm.weight", "query and key norms"),
      ("norm_pre.weight", "a norm before the blocks"), ("attn_pool.q.weight", "attention pooling"),
      ("blocks.0.attn.norm.weight", "a norm after the heads"), ("blocks.0.mlp.w12.weight", "SwiGLU"),
    ]
    for (name, what) in betraying where weights[name] != nil {
      throw VisionTransformerError.unsupported(
        file: weights.path, key: "tensor \(name)", value: what, supported: "vision transformers without it")
    }
  }
}
