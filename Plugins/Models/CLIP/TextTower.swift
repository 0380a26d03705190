import XAICore
import XAIFoundation
import XAITensor
import XAITransformer
import XAIWeights

/// The text tower of a checkpoint with its tokenizer, which makes class vectors of texts.
struct TextTower {
  private let transformer: TextTransformer
  private let tokenizer: TextTokenizer
  /// `eos_token_id` of the configuration; 2 stands for the token of the highest number, as in the first checkpoints.
  private let pooledToken: Int
  private let model: String

  /// Opens the text tower of a directory.
  ///
  /// - Throws: `LoadError.noTexts` with the reason where it has none, or no tokenizer.
  init(_ directory: ModelDirectory, _ weights: WeightStore, on kernels: any Kernels) throws {
    model = directory.name
    let isOpenCLIP = directory.format == .openCLIP
    let naming = isOpenCLIP ? OpenCLIP.textNaming(weights) : Self.naming
    guard directory.config.optionalValue(isOpenCLIP ? "model_cfg.text_cfg" : "text_config") != nil,
      weights[naming.tokens] != nil
    else {
      throw LoadError.noTexts(
        model: model,
        reason: "its checkpoint has an image tower alone; give class vectors, or a checkpoint of both towers")
    }
    guard let tokenizer = try TextTokenizer(directory: directory.path) else {
      throw LoadError.noTexts(
        model: model,
        reason: "there is no tokenizer.json, and no vocab.json with merges.txt, in \(directory.path)")
    }
    let configuration =
      try isOpenCLIP ? OpenCLIP.textTower(directory.config) : Self.configuration(directory.config)
    guard tokenizer.largest < configuration.vocabularySize else {
      throw LoadError.noTexts(
        model: model,
        reason:
          "its tokenizer counts tokens up to \(tokenizer.largest), and the text tower has \(configuration.vocabularySize)"
      )
    }
    let reader = WeightReader(weights)
    transformer = TextTransformer(reading: reader, configuration, naming, on: kernels)
    try reader.finish(
      ignoring: [
        "vision_model.", "visual_projection.", "visual.", "logit_scale", "*.position_ids", "*attn_mask",
      ])
    self.tokenizer = tokenizer
    // OpenCLIP takes the token of the highest number.
    pooledToken = try isOpenCLIP ? 2 : directory.config.optionalInteger("text_config.eos_token_id") ?? 49407
  }

  /// Whether a directory has a text tower and a tokenizer, by its configuration and files.
  static func isThere(_ directory: ModelDirectory) -> Bool {
    ["text_config", "model_cfg.text_cfg"].contains { directory.config.optionalValue($0) != nil }
      && ["tokenizer.json", "vocab.json"].contains {
        FileSystem.kind(of: "\(directory.path)/\($0)") == .file
      }
  }

  private static func configuration(_ whole: Configuration) throws -> TextTransformer.Configuration {
    guard let config = try whole.section("text_config") else {
      throw ConfigurationError.missing(file: whole.file, key: "text_config")
    }
    let projectedWidth = try whole.optionalInteger("projection_dim") ?? 512
    let configuration = TextTransformer.Configuration(
      vocabularySize: try config.optionalInteger("vocab_size") ?? 49408,
      contextLength: try config.optionalInteger("max_position_embeddings") ?? 77,
      width: try config.optionalInteger("hidden_size") ?? 512,
      depth: try config.optionalInteger("num_hidden_layers") ?? 12,
      headCount: try config.optionalInteger("num_attention_heads") ?? 8,
      mlpWidth: try config.optionalInteger("intermediate_size") ?? 2048,
      epsilon: Float(try config.optionalDouble("layer_norm_eps") ?? 1e-5),
      mlp: try VisionTransformerConfiguration.MLP(huggingFace: config, standard: "quick_gelu"),
      projectedWidth: projectedWidth)
    try configuration.validate(file: config.file)
    return configuration
  }

  private static var naming: TextTransformer.Naming {
    TextTransformer.Naming(
      tokens: "text_model.embeddings.token_embedding.weight",
      positions: "text_model.embeddings.position_embedding.weight",
      block: { CheckpointNaming.Block.huggingFaceCLIP("text_model.encoder.layers.\($0)") },
      finalNorm: "text_model.final_layer_norm", projection: "text_projection.weight")
  }

  /// The class vectors of texts.
  func vectors(of classes: ClassTexts) throws -> ClassVectors {
    try classes.vectors(by: transformer, tokens: tokens)
  }

  /// A text as the tower reads it.
  private func tokens(of text: String) throws(LoadError) -> TextTransformer.Tokens {
    let ids: [Int]
    do throws(TextError) { ids = try tokenizer.tokens(of: text) } catch {
      throw .unusableText(error.text, reason: error.reason)
    }
    let limit = transformer.configuration.contextLength
    guard ids.count <= limit else {
      throw .unusableText(
        text,
        reason: "has \(ids.count) tokens, and the text tower of \(model) reads \(limit) at most: shorten it")
    }
    // The first of several equal ones; as in the library, the first token where there is none.
    let pooled = pooledToken == 2 ? ids.max().flatMap(ids.firstIndex(of:)) : ids.firstIndex(of: pooledToken)
    return TextTransformer.Tokens(ids, pooled: pooled ?? 0)
  }
}
