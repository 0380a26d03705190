public import XAICore
import XAIImage
import XAITensor
import XAITransformer
public import XAIWeights

/// The Swin Transformer (Liu and others 2021, arXiv 2103.14030), and Swin-S3, whose windows differ from stage to stage.
public enum Swin: ModelArchitecture {
  public static let descriptor = ArchitectureDescriptor(
    id: "swin", title: "Swin Transformer",
    summary:
      "Transformers of stages with shifted windows and patch merging, read at the mean of the last tokens",
    huggingFaceClasses: ["SwinForImageClassification"], timmNames: ["swin_*"],
    capabilities: HierarchicalTransformer.capabilities, isIsotropic: false, classes: [.classifier],
    citation: Citation(
      authors: "Liu et al.", title: "Swin Transformer: Hierarchical Vision Transformer using Shifted Windows",
      venue: "ICCV", year: 2021, identifier: "arXiv:2103.14030"))

  /// Whether the configuration is a `SwinForImageClassification` or a timm `swin_*`, or a Swin v2, which is refused.
  public static func matches(_ directory: ModelDirectory) -> Bool {
    directory.isModel(type: "swin", classes: descriptor.huggingFaceClasses, timmPrefix: "swin_")
      || isSecondVersion(directory)
  }

  private static func isSecondVersion(_ directory: ModelDirectory) -> Bool {
    directory.isModel(type: "swinv2", classes: ["Swinv2ForImageClassification"], timmPrefix: "swinv2_")
  }

  /// Loads a Hugging Face or timm Swin.
  public static func load(_ directory: ModelDirectory, _ request: LoadRequest) throws -> any Model {
    try request.checkOptions(family: descriptor.id)
    guard !isSecondVersion(directory) else {
      throw VisionTransformerError.unsupported(
        file: directory.config.file, key: directory.format == .timm ? "architecture" : "model_type",
        value: "that of Swin v2, whose attention is by cosine and whose norms are behind it",
        supported: "Swin v1")
    }
    let weights = try directory.weights()
    let configuration: HierarchicalConfiguration
    let naming: HierarchicalNaming
    if directory.format == .timm {
      configuration = try timmConfiguration(directory.config, weights)
      naming = timmNaming(weights)
    } else {
      configuration = try huggingFaceConfiguration(directory.config)
      naming = huggingFaceNaming
    }
    return try HierarchicalTransformer(
      loading: directory, architecture: descriptor.id, configuration: configuration, weights: weights,
      naming: naming, ignoring: ["*.relative_position_index", "*.attn_mask"], preprocessing: preprocessing,
      request)
  }

  /// The image processor of the published checkpoints: bicubic to exactly 224 × 224, ImageNet's mean and standard deviation.
  private static let preprocessing = Preprocessing(
    resize: .exact(height: 224, width: 224), filter: .bicubic, normalisation: .imageNet)
}

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
            + "\(grid.rows)×\(grid.columns) tokens have other numbers; state the size that the model was trained at as "
            + "\"model_args\": {\"img_size\": [height, width]}")
      }
      stages.append(
        .init(
          depth: depth, width: try shape("\(block).0.norm1.weight", rank: 1)[0], headCount: table[1],
          mlpWidth: try shape("\(block).0.mlp.fc1.weight", rank: 2)[0], window: window))
    }
    let head = weights["head.fc.weight"] == nil ? "head.weight" : "head.fc.weight"
    guard weights[head] != nil else {
      throw VisionTransformerError.unsupported(
        file: weights.path, key: "the classifier 'head.fc.weight'", value: "left out, as in a backbone",
        supported: "Swin with a classifier")
    }
    var configuration = HierarchicalConfiguration(
      imageHeight: image.0, imageWidth: image.1, patchHeight: patch[2], patchWidth: patch[3], stages: stages,
      windowing: .eachAxis, epsilon: 1e-5, classCount: try shape(head, rank: 2)[0])
    configuration.qkvBias = weights["layers.0.blocks.0.attn.qkv.bias"] != nil ? .all : .none
    try configuration.validate(file: config.file)
    try checkWindows(of: configuration, config)
    return configuration
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

  /// Arguments of timm's constructor that the tensors show, or that change no output of a model that is only evaluated.
  private static let harmlessArguments: Set = [
    "img_size", "patch_size", "in_chans", "num_classes", "global_pool", "embed_dim", "depths", "num_heads",
    "window_size",
    "mlp_ratio", "qkv_bias", "strict_img_size", "weight_init", "drop_rate", "proj_drop_rate",
    "attn_drop_rate",
    "drop_path_rate",
  ]

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
