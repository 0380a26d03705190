import XAICore
import XAITensor
import XAIWeights

/// What is stated and seen of a timm vision transformer: a configuration, the tensors, and what the name implies.
struct TimmModel {
  let config: Configuration
  let weights: WeightStore
  /// The architecture's name as the configuration has it, without tag.
  let name: String
  /// Nil where timm registers no such name.
  let architecture: TimmArchitecture?

  init(_ config: Configuration, _ weights: WeightStore) {
    (self.config, self.weights) = (config, weights)
    name = config.timmArchitecture ?? ""
    architecture = TimmArchitecture(named: name)
  }

  /// A fact that the name implies; nil where the name is not registered.
  func implied(_ key: Substring) -> String? { architecture?[key] }

  func has(_ tensor: String) -> Bool { weights[tensor] != nil }

  /// The shape of a tensor that has to be there.
  func shape(_ name: String, rank: Int) throws(VisionTransformerError) -> [Int] {
    guard let shape = weights[name]?.shape, shape.rank == rank else {
      throw .contradiction(
        file: weights.path,
        reason: "it has no tensor '\(name)' of \(rank) dimensions: it is no timm vision transformer")
    }
    return shape.extents
  }

  func contradiction(_ reason: String) -> VisionTransformerError {
    .contradiction(file: config.file, reason: reason)
  }

  func unsupported(_ key: String, _ value: String, _ supported: String) -> VisionTransformerError {
    .unsupported(file: config.file, key: key, value: value, supported: supported)
  }
}

// MARK: - What is seen in the tensors

extension TimmModel {
  var prefix: [TokenLayout.PrefixToken] {
    let registers = weights["reg_token"]?.shape.extents.dropFirst().first ?? 0
    return (has("cls_token") ? [.classToken] : []) + (has("dist_token") ? [.distillation] : [])
      + Array(repeating: .register, count: min(registers, 1_000))
  }

  /// Whether attention and MLP see the same and are added at once.
  var isParallel: Bool { has("blocks.0.in_proj.weight") }

  var depth: Int {
    var depth = 0
    let norm = isParallel ? "in_norm" : "norm1"
    while depth < 1_001, has("blocks.\(depth).\(norm).weight") { depth += 1 }
    return depth
  }

  var qkvBias: VisionTransformerConfiguration.QKVBias {
    if ["attn.qkv", "attn.k_proj", "in_proj"].contains(where: { has("blocks.0.\($0).bias") }) { return .all }
    return has("blocks.0.attn.q_bias") || has("blocks.0.attn.q_proj.bias") ? .queryAndValue : .none
  }

  /// Whether gate and values of the MLPs have a linear layer each.
  var hasSeparateGate: Bool { has("blocks.0.mlp.fc1_g.weight") }

  /// Whether a norm stands before the second layer of the MLPs.
  var hasMLPNorm: Bool { has("blocks.0.mlp.norm.weight") }

  /// Where the last norm stands; nowhere in models of names, or of arguments, that have none.
  func finalNorm() throws -> VisionTransformerConfiguration.FinalNorm {
    if has("fc_norm.weight") { return .afterPooling }
    // Where there are no blocks either, the weights are another model's, which is reported as such.
    if has("norm.weight") || depth == 0 { return .onTokens }
    let stated = try config.optionalBool("model_args.final_norm")
    guard stated == false || stated == nil && implied("last_norm") == "no" else {
      throw VisionTransformerError.unsupported(
        file: weights.path, key: "the last norm",
        value: "left out (no 'norm.weight', no 'fc_norm.weight')",
        supported:
          "models that end in a layer norm, unless their name or model_args.final_norm says otherwise"
      )
    }
    return .absent
  }

  /// The first table of relative position bias, [offsets, heads].
  var positionTable: StoredTensor? {
    let table = weights["blocks.0.attn.\(Self.table)"] ?? weights["rel_pos_bias.\(Self.table)"]
    return table.flatMap { $0.shape.rank == 2 ? $0 : nil }
  }

  static let table = "relative_position_bias_table"

  var positionBias: PositionBias? {
    for (mlp, isShared) in [("blocks.0.attn.rel_pos.mlp", false), ("shared_rel_pos.mlp", true)] {
      guard let hidden = weights["\(mlp).fc1.weight"]?.shape.extents.first else { continue }
      return PositionBias(
        isPerLayer: !isShared, isShared: isShared, interpolation: .geometric, hiddenWidth: hidden)
    }
    let isPerLayer = has("blocks.0.attn.\(Self.table)")
    let isShared = has("rel_pos_bias.\(Self.table)")
    guard isPerLayer || isShared else { return nil }
    return PositionBias(isPerLayer: isPerLayer, isShared: isShared, interpolation: .geometric)
  }

  /// What layer scale began as, where the configuration asks for it or the weights have it; nil otherwise.
  ///
  /// Its value is of no more use once it is trained, and names of architectures imply it.
  func layerScale() throws -> Float? {
    let initial = try config.optionalDouble("model_args.init_values") ?? 0
    let isThere = ["ls1.gamma", "ls.gamma", "gamma_1"].contains { has("blocks.0.\($0)") }
    return initial != 0 || isThere ? Float(initial) : nil
  }

  /// The classes of the classifier in the weights; 0 for a backbone, which has none and says so.
  func classCount() throws -> Int {
    guard let head = weights["head.weight"]?.shape else {
      // Where the keys differ, the weights decide: a backbone's may keep the arguments of what it was cut from.
      let stated = try ["model_args.num_classes", "num_classes", "pretrained_cfg.num_classes"].compactMap {
        try config.optionalInteger($0)
      }
      guard let count = stated.max(), !stated.contains(0) else { return 0 }
      throw VisionTransformerError.contradiction(
        file: weights.path,
        reason:
          "it has no 'head.weight', and \(config.file) states \(count) classes. Add the classifier's weights, or state "
          + "\"num_classes\": 0 there to load the model as a backbone without classes")
    }
    guard head.rank == 2 else {
      throw VisionTransformerError.contradiction(
        file: weights.path, reason: "the classifier 'head.weight' has \(head.rank) dimensions in place of 2")
    }
    return head[0]
  }
}

// MARK: - What the name implies

extension TimmModel {
  /// Throws for names that imply what is not computed.
  func checkName() throws(VisionTransformerError) {
    if let architecture, let refusal = architecture.refusal {
      throw unsupported(
        "architecture", "'\(name)', \(refusal)", "plain vision transformers, BEiT, EVA and Swin v1")
    }
    if architecture?["pool_includes_prefix"] == "yes", architecture?["pool"] != "map" {
      throw unsupported("architecture", "'\(name)', which pools prefix tokens too", "the mean of the patches")
    }
  }

  /// Throws for tensors that betray what is not computed, whatever the name is.
  ///
  /// - Parameter pooling: how the tokens become features.
  func checkTensors(pooling: String) throws(VisionTransformerError) {
    let isPooled = pooling == "map"
    let betraying = [
      (isPooled ? "attn_pool.q_norm." : "attn_pool.", "attention pooling"),
      (isPooled ? "attn_pool.pos_embed" : "attn_pool.", "attention pooling"),
      ("blocks.0.attn.gate.", "a gate after the heads"),
      ("blocks.0.mlp.w12.", "SwiGLU of other names"), ("blocks.0.attns.", "two attentions side by side"),
      ("blocks.0.out_proj.", "one projection of attention and MLP"),
      ("blocks.0.mlp_bias", "a bias of the MLP alone"),
      ("blocks.0.lambda_q1", "an attention that is a difference"),
      ("patch_embed.norm.", "a norm of the patches"),
      ("patch_embed.backbone.", "a convolutional network before the blocks"), ("rope.", "rotary embeddings"),
      ("blocks.0.attn.rel_pos.", "a relative position bias of other names"),
    ]
    for (prefix, what) in betraying {
      // SigLIP's checkpoints may keep a pooling that timm leaves out where the name or an argument says otherwise.
      if prefix == "attn_pool.", name.contains("siglip") { continue }
      if prefix == "blocks.0.attn.rel_pos.", positionBias?.hiddenWidth != nil { continue }
      if prefix == "rope.", architecture?.rotaryEmbedding is MixedRotaryEmbedding { continue }
      guard let found = weights.tensors.first(where: { $0.name.hasPrefix(prefix) }) else { continue }
      throw VisionTransformerError.unsupported(
        file: weights.path, key: "tensor \(found.name)", value: what,
        supported: "vision transformers without it")
    }
    for norm in ["blocks.0.norm1", "blocks.0.in_norm", "blocks.0.attn.q_norm", "blocks.0.q_norm"]
    where has("\(norm).weight") && !has("\(norm).bias") {
      throw VisionTransformerError.unsupported(
        file: weights.path, key: "tensor \(norm).weight", value: "a norm without bias",
        supported: "layer norms")
    }
  }

  /// What is read by `global_pool`, except for `token`.
  static let readouts: [String: TokenLayout.Readout] = [
    "avg": .meanOfPatches, "avgmax": .meanAndMaximumOfPatches, "map": .attentionPooling,
  ]

  /// How the tokens become features: `token`, `avg`, or for a plain vision transformer `avgmax`; `map` for an attention pooling
  /// of a plain one or of EVA's class.
  func pooling(default usual: String) throws -> String {
    let implied = implied("pool") ?? usual
    let argument = try config.optionalString("model_args.global_pool")
    // timm makes the model by its arguments and name; the root's value is for information. An older file is a
    // `pretrained_cfg` itself, whose value counts where the name implies none.
    let told = try config.optionalString("global_pool") ?? config.optionalString("pretrained_cfg.global_pool")
    let pooling = argument ?? (architecture == nil ? told ?? implied : implied)
    let others = ["VisionTransformer": ["avgmax", "map"], "Eva": ["map"]]
    let supported = ["token", "avg"] + (others[architecture?.className ?? "VisionTransformer"] ?? [])
    guard supported.contains(pooling) else {
      throw unsupported(
        pooling == implied && architecture != nil ? "the global_pool of '\(name)'" : "global_pool",
        "'\(pooling)'",
        supported.dropLast().map { "'\($0)'" }.joined(separator: ", ")
          + " and '\(supported[supported.count - 1])'")
    }
    guard argument == nil, architecture != nil, let told, told != implied else { return pooling }
    // Only a norm after the mean proves that the mean is meant.
    if told == "avg", has("fc_norm.weight"), !has("norm.weight") { return told }
    throw contradiction(
      "global_pool is '\(told)', and '\(name)' has '\(implied)'; timm builds the model by \"model_args\": "
        + "{\"global_pool\": …}, which is missing. State there which it is")
  }

  /// The number of attention heads, which no tensor shows but a table of position bias.
  func headCount(width: Int) throws -> Int {
    if let stated = try config.optionalInteger("model_args.num_heads") { return stated }
    if let table = positionTable { return table.shape[1] }
    guard let architecture, let heads = architecture.integer("heads") else {
      throw contradiction(
        "its architecture '\(name)' is no name that \(TimmArchitecture.release) registers, and the number of attention "
          + "heads is seen in no tensor; state it as \"model_args\": {\"num_heads\": …}")
    }
    guard architecture.integer("width") == width else {
      throw contradiction(
        "'\(name)' has \(heads) attention heads at width \(architecture.integer("width") ?? 0), and the weights have width "
          + "\(width); how many heads these have is seen in no tensor: state it as \"model_args\": {\"num_heads\": …}"
      )
    }
    return heads
  }

  func epsilon() throws -> Float {
    switch try config.optionalString("model_args.norm_layer") {
    case nil: architecture?.epsilon ?? 1e-6
    case "layernorm": 1e-6
    case .some(let other): throw unsupported("model_args.norm_layer", "'\(other)'", "'layernorm'")
    }
  }

  /// What is between the two layers of the MLPs, and how many hidden elements the second sees.
  func mlp() throws -> (kind: VisionTransformerConfiguration.MLP, width: Int) {
    let argument = try config.optionalString("model_args.act_layer")
    if hasSeparateGate {
      // timm's class for it has SiLU and takes no other.
      return (
        hasMLPNorm ? .normalisedSwiGLU : .swiGLU, try shape("blocks.0.mlp.fc2.weight", rank: 2)[1]
      )
    }
    let contraction = try shape("blocks.0.\(isParallel ? "mlp_out_proj" : "mlp.fc2").weight", rank: 2)[1]
    let expanded = isParallel ? contraction : try shape("blocks.0.mlp.fc1.weight", rank: 2)[0]
    guard expanded != 2 * contraction else {
      guard implied("mlp") ?? "GluMlp" == "GluMlp", implied("activation") ?? "SiLU" == "SiLU",
        implied("gate_last") != "yes", argument == nil
      else {
        throw unsupported(
          argument == nil ? "the MLP of '\(name)'" : "model_args.act_layer",
          "gated by something else than SiLU of the first half", "SwiGLU, whose first half is the gate")
      }
      return (hasMLPNorm ? .normalisedSwiGLU : .swiGLU, contraction)
    }
    if implied("mlp") == "GluMlp" {
      throw VisionTransformerError.contradiction(
        file: weights.path,
        reason: "'\(name)' has gated MLPs, whose 'fc1' gives twice what 'fc2' takes, and here it gives "
          + "\(expanded), and 'fc2' takes \(contraction)")
    }
    let kinds: [String: VisionTransformerConfiguration.MLP] = [
      "gelu": .gelu, "GELU": .gelu, "gelu_tanh": .tanhGELU, "GELUTanh": .tanhGELU, "quick_gelu": .quickGELU,
      "quickgelu": .quickGELU, "QuickGELU": .quickGELU,
    ]
    let activation = argument ?? implied("activation") ?? "GELU"
    guard let kind = kinds[activation] else {
      throw unsupported(
        argument == nil ? "the activation of '\(name)'" : "model_args.act_layer", "'\(activation)'",
        "'gelu', 'gelu_tanh' and 'quick_gelu'")
    }
    guard hasMLPNorm else { return (kind, expanded) }
    guard kind == .gelu else {
      throw unsupported(
        "the norm within the MLPs", "behind another activation than GELU",
        "such a norm behind GELU and SwiGLU")
    }
    return (.normalisedGELU, expanded)
  }

  /// The attention pooling, which has as many heads as a block unless an argument or the name says otherwise.
  ///
  /// That of EVA's class pools all tokens, and has GELU whatever the blocks have.
  func attentionPooling(
    headCount: Int, mlp: VisionTransformerConfiguration.MLP
  ) throws -> AttentionPooling {
    let isOfEVA = architecture?.className == "Eva"
    guard isOfEVA || !mlp.isGated, !has("fc_norm.weight") else {
      throw unsupported(
        "global_pool", "'map', \(mlp.isGated ? "behind gated MLPs" : "with a norm behind it")",
        "attention pooling of tokens behind the last norm, whose MLP isn't gated")
    }
    guard has("attn_pool.latent") else {
      throw contradiction("global_pool is 'map', and the weights have no 'attn_pool.latent' to pool with")
    }
    let stated = try config.optionalInteger("model_args.attn_pool_num_heads", in: 1...65_536)
    var pooling = AttentionPooling(
      headCount: stated ?? architecture?.integer("pool_heads") ?? headCount,
      mlpWidth: try shape("attn_pool.mlp.fc1.weight", rank: 2)[0], mlp: isOfEVA ? .gelu : mlp)
    if isOfEVA || architecture?["pool_includes_prefix"] == "yes" { pooling.pooled = .all }
    return pooling
  }

  /// Which tokens have position embeddings.
  func positions(needsPositions: Bool) throws -> VisionTransformerConfiguration.Positions {
    let argument = try config.optionalString("model_args.pos_embed")
    let expected =
      argument.map { $0 == "learn" } ?? implied("positions").map { $0 != "none" } ?? needsPositions
    guard expected || has("pos_embed") else { return .none }
    _ = try shape("pos_embed", rank: 3)
    if prefix.isEmpty { return .patches }
    if let without = try config.optionalBool("model_args.no_embed_class") {
      return without ? .patches : .patchesAndPrefix()
    }
    if let implied = implied("positions"), implied != "none" {
      return implied == "patches" ? .patches : .patchesAndPrefix()
    }
    // An unregistered name: by their number.
    let image = try VisionTransformerConfiguration.imageSize(timm: config)
    let (patch, stored) = (try shape("patch_embed.proj.weight", rank: 4), try shape("pos_embed", rank: 3)[1])
    let grid =
      patch[2] > 0 && patch[3] > 0
      ? TensorShape(checking: [image.0 / patch[2], image.1 / patch[3]])?.count : nil
    return stored == grid ? .patches : .patchesAndPrefix()
  }

  /// What the name doesn't say, because it isn't timm's or the weights are another model's.
  func assumptions(width: Int) -> [String] {
    guard let architecture else {
      return [
        "'\(name)' is no architecture that \(TimmArchitecture.release) registers: blocks with the norm first, "
          + "layer norms with ε = 10⁻⁶ and GELU with the error function are assumed"
      ]
    }
    let (ownWidth, ownDepth) = (
      architecture.integer("width") ?? width, architecture.integer("depth") ?? depth
    )
    guard (ownWidth, ownDepth) != (width, depth), !isStated(["embed_dim", "depth"]) else { return [] }
    return [
      "the weights have \(depth) block\(depth == 1 ? "" : "s") of width \(width), and timm's '\(name)' has \(ownDepth) of \(ownWidth): "
        + "activation, norms and block are taken from the name all the same"
    ]
  }

  /// Whether one of some arguments is stated.
  func isStated(_ keys: [String]) -> Bool {
    keys.contains { config.optionalValue("model_args.\($0)") != nil }
  }
}
