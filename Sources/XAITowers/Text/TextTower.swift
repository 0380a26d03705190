package import XAICore
import XAIFoundation
package import XAITensor
import XAITransformer
package import XAIWeights

/// The text tower of a checkpoint with its tokenizer, which makes class vectors of texts.
package struct TextTower {
  private let transformer: TextTransformer
  private let tokenizer: any TextTokenizer
  private let model: String

  /// Opens the text tower of a directory.
  ///
  /// - Throws: `LoadError.noTexts` with the reason where it has none, or no tokenizer.
  package init(
    _ directory: ModelDirectory, _ weights: WeightStore, of family: TextTowerFamily, on kernels: any Kernels
  ) throws {
    model = directory.name
    let isOpenCLIP = directory.format == .openCLIP
    let naming = isOpenCLIP ? OpenCLIP.textNaming(weights, family) : Self.naming(family)
    guard directory.config.optionalValue(isOpenCLIP ? "model_cfg.text_cfg" : "text_config") != nil,
      weights[naming.tokens] != nil
    else {
      throw LoadError.noTexts(
        model: model,
        reason: "its checkpoint has an image tower alone; give class vectors, or a checkpoint of both towers")
    }
    guard let tokenizer = try family.tokenizer(directory) else {
      throw LoadError.noTexts(
        model: model, reason: "there is no \(family.tokenizerFiles), in \(directory.path)")
    }
    let configuration =
      try isOpenCLIP
      ? OpenCLIP.textTower(directory.config, family) : Self.configuration(directory.config, family)
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
        "vision_model.", "visual_projection.", "visual.", "logit_scale", "logit_bias", "*.position_ids",
        "*attn_mask",
      ])
    self.tokenizer = tokenizer
  }

  /// Whether a directory has a text tower and a tokenizer, by its configuration and files.
  package static func isThere(_ directory: ModelDirectory, of family: TextTowerFamily) -> Bool {
    ["text_config", "model_cfg.text_cfg"].contains { directory.config.optionalValue($0) != nil }
      && family.fileNames.contains { FileSystem.kind(of: "\(directory.path)/\($0)") == .file }
  }

  /// The class vectors of texts, and what a user should know of how they were read.
  package func vectors(of classes: ClassTexts) throws -> (vectors: ClassVectors, notes: [String]) {
    let length = transformer.configuration.contextLength
    var cut: [String] = []
    let vectors = try classes.vectors(by: transformer) { text in
      let (tokens, isCut) = try tokenizer.read(text, length: length)
      guard tokens.ids.count <= length else {
        throw LoadError.unusableText(
          text,
          reason:
            "has \(tokens.ids.count) tokens, and the text tower of \(model) reads \(length) at most: shorten it"
        )
      }
      if isCut { cut.append(text) }
      return tokens
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

// MARK: - Hugging Face

extension TextTower {
  /// The sizes that `text_config` states.
  private static func configuration(
    _ whole: Configuration, _ family: TextTowerFamily
  ) throws -> TextTransformer.Configuration {
    guard let config = try whole.section("text_config") else {
      throw ConfigurationError.missing(file: whole.file, key: "text_config")
    }
    var sizes = family.standard
    sizes.vocabularySize = try config.optionalInteger("vocab_size") ?? sizes.vocabularySize
    sizes.contextLength = try config.optionalInteger("max_position_embeddings") ?? sizes.contextLength
    sizes.width = try config.optionalInteger("hidden_size") ?? sizes.width
    sizes.depth = try config.optionalInteger("num_hidden_layers") ?? sizes.depth
    sizes.headCount = try config.optionalInteger("num_attention_heads") ?? sizes.headCount
    sizes.mlpWidth = try config.optionalInteger("intermediate_size") ?? sizes.mlpWidth
    sizes.epsilon = Float(try config.optionalDouble("layer_norm_eps") ?? Double(sizes.epsilon))
    sizes.mlp = try VisionTransformerConfiguration.MLP(huggingFace: config, standard: sizes.mlp)
    sizes.projectedWidth = try family.projectedWidth(whole, sizes.width)
    try sizes.validate(file: config.file)
    return sizes
  }

  /// What `transformers` calls the weights.
  private static func naming(_ family: TextTowerFamily) -> TextTransformer.Naming {
    TextTransformer.Naming(
      tokens: "text_model.embeddings.token_embedding.weight",
      positions: "text_model.embeddings.position_embedding.weight",
      block: { .huggingFaceCLIP("text_model.encoder.layers.\($0)") },
      finalNorm: "text_model.final_layer_norm", projection: family.projection)
  }
}
