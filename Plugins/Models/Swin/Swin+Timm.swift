import XAICore
import XAITensor
import XAITransformer
import XAIWeights

extension Swin {
  /// What timm's `config.json` states, and what is seen in the weights: all sizes, and the windows in the tables of version 1.
  static func timmConfiguration(
    _ config: Configuration, _ weights: WeightStore, _ version: HierarchicalConfiguration.Version
  ) throws -> HierarchicalConfiguration {
    func shape(_ name: String, rank: Int) throws -> [Int] {
      guard let shape = weights[name]?.shape, shape.rank == rank else {
        throw VisionTransformerError.contradiction(
          file: weights.path,
          reason: "it has no tensor '\(name)' of \(rank) dimensions: it is no timm Swin")
      }
      return shape.extents
    }
    let patch = try shape("patch_embed.proj.weight", rank: 4)
    let image = try VisionTransformerConfiguration.imageSize(timm: config)
    guard patch[2] > 0, patch[3] > 0 else {
      throw VisionTransformerError.contradiction(
        file: weights.path, reason: "its patches are \(patch[2])×\(patch[3])")
    }
    var grid = (rows: image.0 / patch[2], columns: image.1 / patch[3])
    var stages: [HierarchicalConfiguration.Stage] = []
    while stages.count < 17, weights["layers.\(stages.count).blocks.0.norm1.weight"] != nil {
      let block = "layers.\(stages.count).blocks"
      if !stages.isEmpty { grid = ((grid.rows + 1) / 2, (grid.columns + 1) / 2) }
      var depth = 1
      while depth < 1_001, weights["\(block).\(depth).norm1.weight"] != nil { depth += 1 }
      let (headCount, window): (Int, Int)
      switch version {
      case .first:
        let table = try shape("\(block).0.attn.relative_position_bias_table", rank: 2)
        headCount = table[1]
        window = try self.window(
          offsets: table[0], on: PatchGrid(rows: grid.rows, columns: grid.columns), block, weights)
      case .second:
        headCount = try shape("\(block).0.attn.logit_scale", rank: 3)[0]
        // No tensor shows it.
        window = 1
      }
      stages.append(
        .init(
          depth: depth, width: try shape("\(block).0.norm1.weight", rank: 1)[0], headCount: headCount,
          mlpWidth: try shape("\(block).0.mlp.fc1.weight", rank: 2)[0], window: window))
    }
    if version == .second {
      let windows = try statedWindows(config, stageCount: stages.count)
      for index in stages.indices {
        (stages[index].window, stages[index].pretrainedWindow) = (
          windows.own[index], windows.pretrained[index]
        )
      }
    }
    let head = weights["head.fc.weight"] == nil ? "head.weight" : "head.fc.weight"
    var configuration = HierarchicalConfiguration(
      imageHeight: image.0, imageWidth: image.1, patchHeight: patch[2], patchWidth: patch[3], stages: stages,
      windowing: .eachAxis, epsilon: 1e-5, classCount: weights[head] == nil ? 0 : try shape(head, rank: 2)[0])
    if configuration.classCount == 0 { try checkIsBackbone(config, weights) }
    configuration.version = version
    switch version {
    case .first: configuration.qkvBias = weights["layers.0.blocks.0.attn.qkv.bias"] != nil ? .all : .none
    case .second:
      configuration.qkvBias = weights["layers.0.blocks.0.attn.q_bias"] != nil ? .queryAndValue : .none
    }
    try configuration.validate(file: config.file)
    if version == .first { try checkWindows(of: configuration, config) }
    return configuration
  }

  /// Throws where the weights have no classifier and the configuration states classes.
  private static func checkIsBackbone(_ config: Configuration, _ weights: WeightStore) throws {
    let stated = try ["model_args.num_classes", "num_classes", "pretrained_cfg.num_classes"].compactMap {
      try config.optionalInteger($0)
    }
    guard let count = stated.max(), !stated.contains(0) else { return }
    throw VisionTransformerError.contradiction(
      file: weights.path,
      reason:
        "it has no 'head.fc.weight', and \(config.file) states \(count) classes. Add the classifier's weights, or state "
        + "\"num_classes\": 0 there to load the model as a backbone without classes")
  }

  /// The windows of version 2, and those of pretraining: what the configuration states, or else what the name implies.
  private static func statedWindows(
    _ config: Configuration, stageCount: Int
  ) throws -> (own: [Int], pretrained: [Int]) {
    let facts = config.timmArchitecture.flatMap { TimmArchitecture(named: $0) }
    func sides(_ value: JSONValue?) -> [Int]? {
      guard let value else { return nil }
      if let side = value.integer { return [Int](repeating: side, count: stageCount) }
      guard case .array(let members) = value else { return [] }
      // Two numbers are the rows and columns of all windows.
      if members.count == 2, let side = members[0].integer {
        return [Int](repeating: side, count: stageCount)
      }
      return members.compactMap { $0.integer ?? $0.elements(\.integer)?.first }
    }
    func windows(_ key: String, _ stated: [Int]?, implied: Substring) throws -> [Int] {
      guard let windows = stated ?? facts?.integers(implied), windows.count >= stageCount else {
        throw VisionTransformerError.contradiction(
          file: config.file,
          reason:
            "no tensor shows the windows of a Swin v2, and neither \(key) nor the name states one for each of its "
            + "\(stageCount) stages; state \"model_args\": {\"window_size\": …, \"pretrained_window_sizes\": […]}"
        )
      }
      return windows
    }
    return (
      try windows(
        "model_args.window_size", sides(config.optionalValue("model_args.window_size")), implied: "window"),
      try windows(
        "model_args.pretrained_window_sizes", config.optionalIntegers("model_args.pretrained_window_sizes"),
        implied: "pretrained")
    )
  }

  /// Throws for windows of another size than the name implies: timm interpolates their tables as it loads them.
  private static func checkWindows(of configuration: HierarchicalConfiguration, _ config: Configuration)
    throws
  {
    let stages = configuration.stages
    guard let name = config.timmArchitecture, let facts = TimmArchitecture(named: name),
      let windows = facts.integers("window"), config.optionalValue("model_args.window_size") == nil,
      facts.integer("width") == stages[0].width, facts.integers("depth") == stages.map(\.depth)
    else { return }
    let grids = configuration.layout.layers.map(\.grid)
    for (stage, grid) in zip(
      stages.indices, stages.indices.map { grids[stages[..<$0].reduce(0) { $0 + $1.depth }] })
    {
      let longer = max(grid.rows, grid.columns)
      guard min(windows[stage], longer) != min(stages[stage].window, longer) else { continue }
      throw VisionTransformerError.contradiction(
        file: config.file,
        reason:
          "'\(name)' has windows of \(windows[stage])×\(windows[stage]) in stage \(stage + 1), and the weights have "
          + "\(stages[stage].window)×\(stages[stage].window), whose tables timm would interpolate; state "
          + "\"model_args\": {\"window_size\": …} if they are meant as they are")
    }
  }

  /// The window whose table has this many offsets, (2h − 1)·(2w − 1), where it is cut off at the grid.
  private static func window(
    offsets: Int, on grid: PatchGrid, _ block: String, _ weights: WeightStore
  ) throws -> Int {
    let window = (1...1_024).first {
      (2 * min($0, grid.rows) - 1) * (2 * min($0, grid.columns) - 1) == offsets
    }
    guard let window else {
      throw VisionTransformerError.contradiction(
        file: weights.path,
        reason:
          "'\(block).0.attn.relative_position_bias_table' has \(offsets) offsets, and square windows on "
          + "\(grid) tokens have other numbers; state the size that the model was trained at as "
          + "\"model_args\": {\"img_size\": [height, width]}")
    }
    return window
  }

  /// What timm calls the weights; before its version 0.9 tokens were merged behind a stage, and the head had another name.
  static func timmNaming(_ weights: WeightStore) -> HierarchicalNaming {
    let isOld = weights["layers.0.downsample.reduction.weight"] != nil
    let hasSeparateBiases = weights["layers.0.blocks.0.attn.q_bias"] != nil
    var naming = HierarchicalNaming(
      patch: "patch_embed.proj", patchNorm: "patch_embed.norm", positions: "absolute_pos_embed",
      block: { stage, index in
        let block = "layers.\(stage).blocks.\(index)"
        var names = CheckpointNaming.Block(
          firstNorm: "\(block).norm1", queryKeyValue: ["\(block).attn.qkv"], projection: "\(block).attn.proj",
          secondNorm: "\(block).norm2", expansion: "\(block).mlp.fc1", contraction: "\(block).mlp.fc2")
        names.positionBias = "\(block).attn.relative_position_bias_table"
        names.attentionParameters["logit_scale"] = "\(block).attn.logit_scale"
        if hasSeparateBiases {
          names.separateBiases = .init(query: "\(block).attn.q_bias", value: "\(block).attn.v_bias")
        }
        return names
      },
      merge: { stage in
        let merge = "layers.\(isOld ? stage - 1 : stage).downsample"
        return .init(norm: "\(merge).norm", reduction: "\(merge).reduction")
      },
      finalNorm: "norm", head: weights["head.fc.weight"] == nil ? "head" : "head.fc")
    naming.continuousBias = { stage, index in
      let mlp = "layers.\(stage).blocks.\(index).attn.cpb_mlp"
      return .init(expansion: "\(mlp).0", contraction: "\(mlp).2")
    }
    return naming
  }

  /// Arguments of timm's constructor that the tensors show, or that change no output of a model that is only evaluated.
  private static let harmlessArguments: Set = [
    "img_size", "patch_size", "in_chans", "num_classes", "global_pool", "embed_dim", "depths", "num_heads",
    "window_size", "pretrained_window_sizes", "dynamic_img_size",
    "mlp_ratio", "qkv_bias", "strict_img_size", "weight_init", "drop_rate", "proj_drop_rate",
    "attn_drop_rate",
    "drop_path_rate",
  ]

  /// Throws for what changes the arithmetic and is not supported, by its name.
  static func checkIsSupported(timm config: Configuration) throws {
    func reject(_ key: String, _ value: String, _ supported: String) throws {
      throw VisionTransformerError.unsupported(
        file: config.file, key: key, value: value, supported: supported)
    }
    if let name = config.timmArchitecture, name.hasPrefix("swinv2_cr") {
      try reject(
        "architecture", "'\(name)', timm's own Swin v2, whose norms and position bias are others",
        "the Swin v2 of its authors, 'swinv2_tiny_window8_256' and so on")
    }
    for key in ["model_args.global_pool", "global_pool"] {
      let pooling = try config.optionalString(key) ?? "avg"
      if pooling != "avg" { try reject(key, "'\(pooling)'", "'avg'") }
    }
    if case .object(let arguments)? = config.optionalValue("model_args") {
      for (key, value) in arguments.sorted(by: { $0.key < $1.key }) where !harmlessArguments.contains(key) {
        guard value != .null, value != .boolean(false) else { continue }
        try reject("model_args.\(key)", "set", "models that leave it out")
      }
    }
    guard case .array(let windows)? = config.optionalValue("model_args.window_size") else { return }
    // Two numbers are the rows and columns of all windows; otherwise there is a number or a pair for each stage.
    for pair in [.array(windows)] + windows {
      guard case .array(let sides) = pair, sides.count == 2, sides[0] != sides[1] else { continue }
      try reject("model_args.window_size", "of windows that aren't square", "square windows")
    }
  }
}
