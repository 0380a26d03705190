public import XAICore
public import XAIWeights

extension ModelDirectory {
  /// Whether the configuration is of a family: one of its Hugging Face classes, or a timm architecture by its prefix.
  ///
  /// A Hugging Face configuration that names no class counts by its `model_type`.
  public func isModel(type: String, classes: [String], timmPrefix: String) -> Bool {
    isModel(types: [type], classes: classes) { $0.hasPrefix(timmPrefix) }
  }

  /// Whether the configuration is of a family: one of its Hugging Face classes, or a timm architecture by its name, which
  /// is given without the tag of its weights.
  ///
  /// A Hugging Face configuration that names no class counts by its `model_type`; the type of OpenCLIP's is `open_clip`.
  public func isModel(types: [String], classes: [String], timm: (_ architecture: String) -> Bool) -> Bool {
    switch format {
    case .timm:
      return config.timmArchitecture.map(timm) ?? false
    case .openCLIP: return types.contains("open_clip")
    case .huggingFace:
      guard let named = try? config.optionalStrings("architectures"), !named.isEmpty else {
        return (try? config.string("model_type")).map(types.contains) ?? false
      }
      return named.contains { classes.contains($0) }
    }
  }

  /// Throws where the configuration doesn't state the sizes that a model can be made from.
  ///
  /// timm's leaves to the name of the architecture, and so to the weights, what `model_args` doesn't change.
  ///
  /// - Parameter example: the member that makes a Hugging Face configuration one of the family.
  public func checkStatesSizes(example: String) throws(ModelError) {
    guard format == .timm else { return }
    throw .notTrainable(
      model: path,
      reason:
        "a timm configuration doesn't state the model's sizes; to train from scratch, give a config.json of "
        + "Hugging Face's with \(example), hidden_size, num_hidden_layers and so on")
  }
}

extension CheckpointNaming {
  /// The names of a timm vision transformer of this configuration, some of which differ from class to class.
  public static func timm(
    for configuration: VisionTransformerConfiguration, _ weights: WeightStore
  ) -> CheckpointNaming {
    var naming = CheckpointNaming.timm(
      finalNorm: configuration.finalNorm == .afterPooling ? "fc_norm" : "norm",
      heads: configuration.readout == .meanOfClassAndDistillation ? ["head", "head_dist"] : ["head"])
    naming.positionBias = "rel_pos_bias.\(TimmModel.table)"
    if configuration.attentionTransforms.contains(where: { $0 is MixedRotaryEmbedding }) {
      naming.stackedParameters = ["frequencies"]
    }
    naming.positionMLP = "shared_rel_pos.mlp"
    let block = naming.block
    let hasSeparateBiases = weights["blocks.0.attn.q_bias"] != nil
    let hasGammas = weights["blocks.0.gamma_1"] != nil
    let hasSeparateMaps = weights["blocks.0.attn.q_proj.weight"] != nil
    let hasSeparateGate = weights["blocks.0.mlp.fc1_g.weight"] != nil
    naming.block = { index in
      let layer = "blocks.\(index)"
      var names = block(index)
      names.positionBias = "\(layer).attn.\(TimmModel.table)"
      names.positionMLP = "\(layer).attn.rel_pos.mlp"
      if hasSeparateBiases {
        names.separateBiases = .init(query: "\(layer).attn.q_bias", value: "\(layer).attn.v_bias")
      }
      if hasSeparateMaps {
        names.queryKeyValue = ["q_proj", "k_proj", "v_proj"].map { "\(layer).attn.\($0)" }
      }
      if hasSeparateGate {
        (names.gate, names.expansion) = ("\(layer).mlp.fc1_g", "\(layer).mlp.fc1_x")
      }
      names.attentionParameters["frequencies"] = "rope.freqs"
      if configuration.normOrder == .parallel { names.makeParallel(layer) }
      if hasGammas { (names.firstScale, names.secondScale) = ("\(layer).gamma_1", "\(layer).gamma_2") }
      return names
    }
    return naming
  }
}

extension CheckpointNaming.Block {
  /// timm's names of a block whose attention and MLP are computed side by side.
  fileprivate mutating func makeParallel(_ block: String) {
    (firstNorm, joint) = ("\(block).in_norm", "\(block).in_proj")
    (projection, contraction) = ("\(block).attn_out_proj", "\(block).mlp_out_proj")
    (firstScale, secondScale) = ("\(block).ls.gamma", "\(block).ls.gamma")
    for id in ["q_norm.weight", "q_norm.bias", "k_norm.weight", "k_norm.bias"] {
      attentionParameters[id] = "\(block).\(id)"
    }
  }
}
