import XAICore
import XAIFoundation
import XAITensor
import XAITransformer
import XAIWeights

/// The text tower of a checkpoint with its tokenizer, which makes class vectors of texts.
///
/// Every token sees every other one, padding among them, and the last one is read: all texts have the length of the context, as in
/// training.
struct TextTower {
  private let transformer: TextTransformer
  private let tokenizer: TextTokenizer

  /// Opens the text tower of a directory.
  ///
  /// - Throws: `LoadError.noTexts` with the reason where it has none, or no tokenizer.
  init(_ directory: ModelDirectory, _ weights: WeightStore, on kernels: any Kernels) throws {
    let isOpenCLIP = directory.format == .openCLIP
    let naming = isOpenCLIP ? OpenCLIP.textNaming : Self.naming
    guard directory.config.optionalValue(isOpenCLIP ? "model_cfg.text_cfg" : "text_config") != nil,
      weights[naming.tokens] != nil
    else {
      throw LoadError.noTexts(
        model: directory.name,
        reason: "its checkpoint has an image tower alone; give class vectors, or a checkpoint of both towers")
    }
    let configuration =
      try isOpenCLIP ? OpenCLIP.textTower(directory.config) : Self.configuration(directory.config)
    guard let tokenizer = try TextTokenizer(directory: directory, isOpenCLIP: isOpenCLIP) else {
      throw LoadError.noTexts(
        model: directory.name,
        reason: "there is no tokenizer.json, and no spiece.model, in \(directory.path)")
    }
    guard tokenizer.largest < configuration.vocabularySize else {
      throw LoadError.noTexts(
        model: directory.name,
        reason:
          "its tokenizer counts tokens up to \(tokenizer.largest), and the text tower has \(configuration.vocabularySize)"
      )
    }
    let reader = WeightReader(weights)
    transformer = TextTransformer(reading: reader, configuration, naming, on: kernels)
    try reader.finish(
      ignoring: ["vision_model.", "visual.", "logit_scale", "logit_bias", "*.position_ids", "*attn_mask"])
    self.tokenizer = tokenizer
  }

  /// Whether a directory has a text tower and a tokenizer, by its configuration and files.
  static func isThere(_ directory: ModelDirectory) -> Bool {
    ["text_config", "model_cfg.text_cfg"].contains { directory.config.optionalValue($0) != nil }
      && TextTokenizer.files.contains { FileSystem.kind(of: "\(directory.path)/\($0)") == .file }
  }

  private static func configuration(_ whole: Configuration) throws -> TextTransformer.Configuration {
    guard let config = try whole.section("text_config") else {
      throw ConfigurationError.missing(file: whole.file, key: "text_config")
    }
    let width = try config.optionalInteger("hidden_size") ?? 768
    var configuration = TextTransformer.Configuration(
      vocabularySize: try config.optionalInteger("vocab_size") ?? 32000,
      contextLength: try config.optionalInteger("max_position_embeddings") ?? 64, width: width,
      depth: try config.optionalInteger("num_hidden_layers") ?? 12,
      headCount: try config.optionalInteger("num_attention_heads") ?? 12,
      mlpWidth: try config.optionalInteger("intermediate_size") ?? 3072,
      epsilon: Float(try config.optionalDouble("layer_norm_eps") ?? 1e-6),
      mlp: try VisionTransformerConfiguration.MLP(huggingFace: config, standard: "gelu_pytorch_tanh"),
      projectedWidth: try config.optionalInteger("projection_size") ?? width)
    (configuration.isCausal, configuration.hasProjectionBias) = (false, true)
    try configuration.validate(file: config.file)
    return configuration
  }

  private static var naming: TextTransformer.Naming {
    TextTransformer.Naming(
      tokens: "text_model.embeddings.token_embedding.weight",
      positions: "text_model.embeddings.position_embedding.weight",
      block: { .huggingFaceCLIP("text_model.encoder.layers.\($0)") },
      finalNorm: "text_model.final_layer_norm", projection: "text_model.head")
  }

  /// The class vectors of texts, and what a user should know of how they were read.
  func vectors(of classes: ClassTexts) throws -> (vectors: ClassVectors, notes: [String]) {
    let length = transformer.configuration.contextLength
    var cut: [String] = []
    let vectors = try classes.vectors(by: transformer) { text in
      let tokens = try tokenizer.tokens(of: text, length: length)
      if tokens.isCut { cut.append(text) }
      return TextTransformer.Tokens(tokens.ids, pooled: length - 1)
    }
    var notes = tokenizer.notes
    if let first = cut.first {
      notes.append(
        "\(cut.count == 1 ? "a text is" : "\(cut.count) texts are") cut after \(length) tokens, as in training: '\(first)'"
      )
    }
    return (vectors, notes)
  }
}
