public import XAICore
public import XAIWeights

extension VisionTransformerConfiguration {
  /// Reads the `config.json` of a Hugging Face vision transformer; absent keys have the defaults of `transformers`.
  ///
  /// - Parameters:
  ///   - config: the configuration.
  ///   - prefix: the model family's tokens before the patches.
  ///   - readout: where the model family reads its logits from.
  /// - Throws: `ConfigurationError` for a key of the wrong kind, `VisionTransformerError` for what is unsupported.
  public init(
    huggingFace config: Configuration, prefix: [TokenLayout.PrefixToken], readout: TokenLayout.Readout
  ) throws {
    func size(_ key: String, default size: Int) throws -> (Int, Int) {
      try config.optionalIntegerPair(key) ?? (size, size)
    }
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
    let image = try size("image_size", default: 224)
    let patch = try size("patch_size", default: 16)
    let classCount = try config.optionalLabels()?.count ?? config.optionalInteger("num_labels") ?? 2
    self.init(
      imageHeight: image.0, imageWidth: image.1, patchHeight: patch.0, patchWidth: patch.1,
      width: try config.optionalInteger("hidden_size") ?? 768,
      depth: try config.optionalInteger("num_hidden_layers") ?? 12,
      headCount: try config.optionalInteger("num_attention_heads") ?? 12,
      mlpWidth: try config.optionalInteger("intermediate_size") ?? 3072,
      epsilon: Float(try config.optionalDouble("layer_norm_eps") ?? 1e-12), classCount: classCount,
      prefix: prefix,
      readout: readout, finalNorm: .onTokens,
      hasQueryKeyValueBias: try config.optionalBool("qkv_bias") ?? true)
    try validate(file: config.file)
  }
}
