import XAITensor
import XAITransformer
import XAIWeights

extension Swin {
  /// What timm's `config.json` states, and what is seen in the weights: all sizes, and the windows in the tables.
  static func timmConfiguration(
    _ config: Configuration, _ weights: WeightStore
  ) throws -> HierarchicalConfiguration {
    try rejectUnsupported(config)
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
      let table = try shape("\(block).0.attn.relative_position_bias_table", rank: 2)
      guard let window = window(offsets: table[0], rows: grid.rows, columns: grid.columns) else {
        throw VisionTransformerError.contradiction(
          file: weights.path,
          reason:
            "'\(block).0.attn.relative_position_bias_table' has \(table[0]) offsets, and square windows on "
            + "\(grid.rows)×\(grid.columns) tokens have other numbers")
      }
      stages.append(
        .init(
          depth: depth, width: try shape("\(block).0.norm1.weight", rank: 1)[0], headCount: table[1],
          mlpWidth: try shape("\(block).0.mlp.fc1.weight", rank: 2)[0], window: window))
    }
    let head = weights["head.fc.weight"] == nil ? "head.weight" : "head.fc.weight"
    var configuration = HierarchicalConfiguration(
      imageHeight: image.0, imageWidth: image.1, patchHeight: patch[2], patchWidth: patch[3], stages: stages,
      windowing: .eachAxis, epsilon: 1e-5, classCount: try shape(head, rank: 2)[0])
    configuration.qkvBias = weights["layers.0.blocks.0.attn.qkv.bias"] != nil ? .all : .none
    try configuration.validate(file: config.file)
    return configuration
  }

  /// The window whose table has this many offsets, (2h − 1)·(2w − 1), where it is cut off at the grid; nil where none has.
  private static func window(offsets: Int, rows: Int, columns: Int) -> Int? {
    (1...1_024).first { (2 * min($0, rows) - 1) * (2 * min($0, columns) - 1) == offsets }
  }

  /// What timm calls the weights; before its version 0.9 tokens were merged behind a stage, and the head had another name.
  static func timmNaming(_ weights: WeightStore) -> HierarchicalNaming {
    let isOld = weights["layers.0.downsample.reduction.weight"] != nil
    return HierarchicalNaming(
      patch: "patch_embed.proj", patchNorm: "patch_embed.norm", positions: "absolute_pos_embed",
      block: { stage, index in
        let block = "layers.\(stage).blocks.\(index)"
        var names = CheckpointNaming.Block(
          firstNorm: "\(block).norm1", queryKeyValue: ["\(block).attn.qkv"], projection: "\(block).attn.proj",
          secondNorm: "\(block).norm2", expansion: "\(block).mlp.fc1", contraction: "\(block).mlp.fc2")
        names.positionBias = "\(block).attn.relative_position_bias_table"
        return names
      },
      merge: { stage in
        let merge = "layers.\(isOld ? stage - 1 : stage).downsample"
        return .init(norm: "\(merge).norm", reduction: "\(merge).reduction")
      },
      finalNorm: "norm", head: weights["head.fc.weight"] == nil ? "head" : "head.fc")
  }

  /// Throws for what changes the arithmetic and is not supported, by its name.
  private static func rejectUnsupported(_ config: Configuration) throws {
    func reject(_ key: String, _ value: String, _ supported: String) throws {
      throw VisionTransformerError.unsupported(
        file: config.file, key: key, value: value, supported: supported)
    }
    for key in ["model_args.global_pool", "global_pool"] {
      let pooling = try config.optionalString(key) ?? "avg"
      if pooling != "avg" { try reject(key, "'\(pooling)'", "'avg'") }
    }
    for key in ["always_partition", "head_dim", "norm_layer", "embed_layer", "act_layer"] {
      guard let value = config.optionalValue("model_args.\(key)"), value != .null, value != .boolean(false)
      else { continue }
      try reject("model_args.\(key)", "set", "models that leave it out")
    }
    guard case .array(let windows)? = config.optionalValue("model_args.window_size") else { return }
    // Two numbers are the rows and columns of all windows; otherwise there is a number or a pair for each stage.
    for pair in [.array(windows)] + windows {
      guard case .array(let sides) = pair, sides.count == 2, sides[0] != sides[1] else { continue }
      try reject("model_args.window_size", "of windows that aren't square", "square windows")
    }
  }
}
