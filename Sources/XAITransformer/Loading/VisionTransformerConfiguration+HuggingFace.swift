public import XAICore
public import XAIWeights

extension VisionTransformerConfiguration {
  /// Reads the `config.json` of a Hugging Face vision transformer; absent keys have the defaults of `transformers`.
  ///
  /// - Parameters:
  ///   - config: the configuration.
  ///   - prefix: the model family's tokens before the patches.
  ///   - readout: where the model family reads its logits from.
  ///   - patchSize: the family's patch, where the configuration states none.
  ///   - epsilon: the family's ε, where the configuration states none.
  ///   - mlpWidth: the hidden elements of each MLP, where they have no key of their own.
  /// - Throws: `ConfigurationError` for a key of the wrong kind, `VisionTransformerError` for what is unsupported.
  public init(
    huggingFace config: Configuration, prefix: [TokenLayout.PrefixToken], readout: TokenLayout.Readout,
    patchSize: Int = 16, epsilon: Double = 1e-12, mlpWidth: Int? = nil
  ) throws {
    func size(_ key: String, default size: Int) throws -> (Int, Int) {
      try config.optionalIntegerPair(key) ?? (size, size)
    }
    try Self.checkIsSupported(huggingFace: config)
    let image = try size("image_size", default: 224)
    let patch = try size("patch_size", default: patchSize)
    let classCount = try Self.classCount(huggingFace: config)
    self.init(
      imageHeight: image.0, imageWidth: image.1, patchHeight: patch.0, patchWidth: patch.1,
      width: try config.optionalInteger("hidden_size") ?? 768,
      depth: try config.optionalInteger("num_hidden_layers") ?? 12,
      headCount: try config.optionalInteger("num_attention_heads") ?? 12,
      mlpWidth: try mlpWidth ?? config.optionalInteger("intermediate_size") ?? 3072,
      epsilon: Float(try config.optionalDouble("layer_norm_eps") ?? epsilon), classCount: classCount,
      prefix: prefix,
      readout: readout, finalNorm: .onTokens,
      qkvBias: try config.optionalBool("qkv_bias") ?? true ? .all : .none)
    try validate(file: config.file)
  }

  /// The number of classes that a Hugging Face configuration states.
  public static func classCount(huggingFace config: Configuration) throws -> Int {
    if let labels = try config.optionalLabels(), !labels.isEmpty { return labels.count }
    return try config.optionalInteger("num_labels") ?? 2
  }

  /// Throws for a Hugging Face configuration of another activation than GELU, or of images without three channels.
  public static func checkIsSupported(huggingFace config: Configuration) throws {
    let activation = try config.optionalString("hidden_act") ?? "gelu"
    guard activation == "gelu" else {
      throw VisionTransformerError.unsupported(
        file: config.file, key: "hidden_act", value: "'\(activation)'",
        supported: "'gelu', with the error function")
    }
    let channels = try config.optionalInteger("num_channels") ?? 3
    guard channels == 3 else {
      throw VisionTransformerError.unsupported(
        file: config.file, key: "num_channels", value: "\(channels)", supported: "3")
    }
  }

  /// Throws for a grid with other rows than columns: `transformers` takes position embeddings and tables of offsets of
  /// some families for those of a square grid, whatever the configuration says, and computes something else or nothing.
  public func checkHasSquareGrid(file: String) throws(VisionTransformerError) {
    let grid = layout.grid
    guard grid.rows != grid.columns else { return }
    throw .unsupported(
      file: file, key: "image_size", value: "that of a grid of \(grid) patches", supported: "square grids")
  }
}
