import XAICore
import XAITransformer
import XAIWeights

/// What `open_clip_config.json` states of an image tower and a text tower, and what OpenCLIP calls their weights.
///
/// Settings that change what is computed, and aren't computed here, are refused by their keys.
package enum OpenCLIP {
  /// The settings of a tower; throws for one that is neither known nor what it usually is.
  static func section(
    _ key: String, of config: Configuration, known: Set<String>, usual: [String: JSONValue]
  ) throws -> Configuration {
    guard let own = try config.section("model_cfg.\(key)"), case .object(let members) = own.value else {
      throw ConfigurationError.missing(file: config.file, key: "model_cfg.\(key)")
    }
    for (name, value) in members.sorted(by: { $0.key < $1.key }) where !known.contains(name) {
      if value == .null || value == .boolean(false) || value == usual[name] { continue }
      throw own.unsupported(name, value: "set", supported: "towers that leave it out")
    }
    return own
  }

  static func projectedWidth(_ config: Configuration) throws -> Int {
    try config.integer("model_cfg.embed_dim", in: 1...65_536)
  }

  static func mlpWidth(_ tower: Configuration, width: Int) throws -> Int {
    let ratio = try tower.optionalDouble("mlp_ratio") ?? 4
    guard ratio.isFinite, ratio > 0, ratio <= 64 else {
      throw tower.invalid("mlp_ratio", "is \(ratio), which makes no MLP")
    }
    return Int(Double(width) * ratio)
  }

  /// What is between the layers of an MLP, of both towers or by the settings of one.
  static func activation(
    _ config: Configuration, tower: Configuration
  ) throws -> VisionTransformerConfiguration.MLP {
    if try config.optionalBool("model_cfg.quick_gelu") ?? false { return .quickGELU }
    switch try tower.optionalString("act_kwargs.approximate") ?? "none" {
    case "none": return .gelu
    case "tanh": return .tanhGELU
    case let other:
      throw tower.unsupported("act_kwargs.approximate", value: "'\(other)'", supported: "'tanh'")
    }
  }

  /// The names of a block of either tower.
  @Sendable static func block(_ layer: String) -> CheckpointNaming.Block {
    CheckpointNaming.Block(
      firstNorm: "\(layer).ln_1", queryKeyValue: ["\(layer).attn.in_proj"],
      projection: "\(layer).attn.out_proj", secondNorm: "\(layer).ln_2", expansion: "\(layer).mlp.c_fc",
      contraction: "\(layer).mlp.c_proj")
  }
}
