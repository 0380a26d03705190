import XAICore
import XAITransformer
import XAIWeights

/// What `open_clip_config.json` states of a SigLIP: an image tower of timm's, and a text tower of OpenCLIP's.
///
/// Settings that change what is computed, and aren't computed here, are refused by their keys.
enum OpenCLIP {
  /// What stands before the names of the image tower.
  static let trunk = "visual.trunk."

  /// Whether a name of timm's is that of a SigLIP.
  static func isSigLIP(timm name: String) -> Bool { name.hasPrefix("vit_") && name.contains("_siglip_") }

  /// Whether the image tower is a SigLIP of timm's.
  static func isSigLIP(_ config: Configuration) -> Bool {
    (try? config.optionalString("model_cfg.vision_cfg.timm_model_name")).map { isSigLIP(timm: $0) } ?? false
  }

  /// The image tower as timm's configuration.
  static func timmConfiguration(_ config: Configuration) throws -> Configuration {
    let own = try section(
      "vision_cfg", of: config,
      known: ["image_size", "timm_model_name", "timm_drop", "timm_drop_path", "patch_dropout"],
      usual: ["timm_pool": [.string("map")], "timm_proj": [.string("none")]])
    let image = try own.optionalIntegerPair("image_size") ?? (224, 224)
    let size = [3, image.height, image.width].map { JSONValue.integer($0) }
    return Configuration(
      .object([
        "architecture": .string(try own.string("timm_model_name")), "num_classes": .integer(0),
        "pretrained_cfg": .object(["input_size": .array(size)]),
      ]), file: config.file)
  }

  /// The text tower.
  static func textTower(_ config: Configuration) throws -> TextTransformer.Configuration {
    let own = try section(
      "text_cfg", of: config,
      known: [
        "context_length", "vocab_size", "width", "heads", "layers", "mlp_ratio", "hf_tokenizer_name",
        "tokenizer_kwargs", "norm_kwargs", "act_kwargs", "proj_bias", "pad_id", "eos_id",
      ],
      usual: ["no_causal_mask": [.boolean(true)], "pool_type": [.string("last")]])
    guard try own.optionalBool("no_causal_mask") == true, try own.optionalString("pool_type") == "last",
      try own.optionalBool("proj_bias") == true
    else {
      throw own.unsupported(
        "no_causal_mask, pool_type and proj_bias", value: "those of another text tower",
        supported: "true, 'last' and true, as SigLIP has them")
    }
    let width = try own.optionalInteger("width", in: 1...65_536) ?? 512
    let ratio = try own.optionalDouble("mlp_ratio") ?? 4
    guard ratio > 0, ratio <= 64 else { throw own.invalid("mlp_ratio", "is \(ratio), which makes no MLP") }
    let isTanh: Bool
    switch try own.optionalString("act_kwargs.approximate") ?? "none" {
    case "none": isTanh = false
    case "tanh": isTanh = true
    case let other: throw own.unsupported("act_kwargs.approximate", value: "'\(other)'", supported: "'tanh'")
    }
    var configuration = TextTransformer.Configuration(
      vocabularySize: try own.optionalInteger("vocab_size") ?? 49408,
      contextLength: try own.optionalInteger("context_length") ?? 77, width: width,
      depth: try own.optionalInteger("layers") ?? 12, headCount: try own.optionalInteger("heads") ?? 8,
      mlpWidth: Int(Double(width) * ratio),
      epsilon: Float(try own.optionalDouble("norm_kwargs.eps") ?? 1e-5), mlp: isTanh ? .tanhGELU : .gelu,
      projectedWidth: try config.integer("model_cfg.embed_dim", in: 1...65_536))
    (configuration.isCausal, configuration.hasProjectionBias) = (false, true)
    try configuration.validate(file: own.file)
    return configuration
  }

  /// The names of the text tower.
  static var textNaming: TextTransformer.Naming {
    var naming = TextTransformer.Naming(
      tokens: "text.token_embedding.weight", positions: "text.positional_embedding",
      block: { index in
        let layer = "text.transformer.resblocks.\(index)"
        return CheckpointNaming.Block(
          firstNorm: "\(layer).ln_1", queryKeyValue: ["\(layer).attn.in_proj"],
          projection: "\(layer).attn.out_proj", secondNorm: "\(layer).ln_2", expansion: "\(layer).mlp.c_fc",
          contraction: "\(layer).mlp.c_proj")
      }, finalNorm: "text.ln_final", projection: "text.text_projection")
    naming.tensor = { owner, parameter in
      owner.hasSuffix(".in_proj") ? "\(owner)_\(parameter.rawValue)" : "\(owner).\(parameter.rawValue)"
    }
    return naming
  }

  /// The settings of a tower; throws for one that is neither known nor what it usually is.
  private static func section(
    _ key: String, of config: Configuration, known: Set<String>, usual: [String: [JSONValue]]
  ) throws -> Configuration {
    guard let own = try config.section("model_cfg.\(key)"), case .object(let members) = own.value else {
      throw ConfigurationError.missing(file: config.file, key: "model_cfg.\(key)")
    }
    for (name, value) in members.sorted(by: { $0.key < $1.key }) where !known.contains(name) {
      if value == .null || value == .boolean(false) || usual[name]?.contains(value) == true { continue }
      throw own.unsupported(name, value: "set", supported: "SigLIP's towers, which leave it out")
    }
    return own
  }
}
