package import XAIWeights

/// What the towers of CLIP and SigLIP have in common in `transformers`, of images and of texts.
extension CheckpointNaming.Block {
  /// What `transformers` calls the parameters of a block below a name, such as `vision_model.encoder.layers.0`.
  package static func huggingFaceCLIP(_ layer: String) -> CheckpointNaming.Block {
    CheckpointNaming.Block(
      firstNorm: "\(layer).layer_norm1",
      queryKeyValue: ["q_proj", "k_proj", "v_proj"].map { "\(layer).self_attn.\($0)" },
      projection: "\(layer).self_attn.out_proj", secondNorm: "\(layer).layer_norm2",
      expansion: "\(layer).mlp.fc1", contraction: "\(layer).mlp.fc2")
  }
}

extension VisionTransformerConfiguration.MLP {
  /// What is between the layers of an MLP by the `hidden_act` of a tower.
  ///
  /// - Parameters:
  ///   - config: that of the tower.
  ///   - standard: the library's, where it states none.
  package init(huggingFace config: Configuration, standard: String) throws {
    let kinds: [String: Self] = [
      "quick_gelu": .quickGELU, "gelu": .gelu, "gelu_new": .tanhGELU, "gelu_pytorch_tanh": .tanhGELU,
    ]
    let activation = try config.optionalString("hidden_act") ?? standard
    guard let kind = kinds[activation] else {
      throw config.unsupported(
        "hidden_act", value: "'\(activation)'", supported: kinds.keys.sorted().joined(separator: ", "))
    }
    self = kind
  }
}
