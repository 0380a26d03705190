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
    let block = naming.block
    let hasSeparateBiases = weights["blocks.0.attn.q_bias"] != nil
    let hasGammas = weights["blocks.0.gamma_1"] != nil
    naming.block = { index in
      let layer = "blocks.\(index)"
      var names = block(index)
      names.positionBias = "\(layer).attn.\(TimmModel.table)"
      if hasSeparateBiases {
        names.separateBiases = .init(query: "\(layer).attn.q_bias", value: "\(layer).attn.v_bias")
      }
      if hasGammas { (names.firstScale, names.secondScale) = ("\(layer).gamma_1", "\(layer).gamma_2") }
      return names
    }
    return naming
  }
}
