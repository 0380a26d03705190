package import XAICore
package import XAITransformer
package import XAIWeights

/// What the towers of CLIP and SigLIP have in common in `transformers`, of images and of texts.
extension CheckpointNaming.Block {
  /// What `transformers` calls the parameters of a block below a name, such as `vision_model.encoder.layers.0`.
  static func huggingFaceCLIP(_ layer: String) -> CheckpointNaming.Block {
    CheckpointNaming.Block(
      firstNorm: "\(layer).layer_norm1",
      queryKeyValue: ["q_proj", "k_proj", "v_proj"].map { "\(layer).self_attn.\($0)" },
      projection: "\(layer).self_attn.out_proj", secondNorm: "\(layer).layer_norm2",
      expansion: "\(layer).mlp.fc1", contraction: "\(layer).mlp.fc2")
  }
}

extension CheckpointNaming {
  /// What `transformers` calls the weights of an image tower whose names begin with `root`; a plugin adds what its family has beside
  /// them.
  package static func huggingFaceTower(
    _ modelType: String, root: String, prefix: [TokenLayout.PrefixToken: String]
  ) -> CheckpointNaming {
    var naming = CheckpointNaming(
      patch: "\(root)embeddings.patch_embedding", prefix: prefix,
      positions: "\(root)embeddings.position_embedding.weight",
      block: { .huggingFaceCLIP("\(root)encoder.layers.\($0)") }, finalNorm: "\(root)post_layernorm",
      heads: ["class_vectors"], tensor: pyTorchAttention)
    naming.modelType = modelType
    naming.tokenTensors = .plain
    return naming
  }

  /// The tensors of layers that are named as themselves, except for PyTorch's attention, which has `in_proj_weight` and
  /// `in_proj_bias`.
  @Sendable package static func pyTorchAttention(_ owner: String, _ parameter: Parameter) -> String {
    owner.hasSuffix(".in_proj") ? "\(owner)_\(parameter.rawValue)" : "\(owner).\(parameter.rawValue)"
  }
}

extension VisionTransformerConfiguration {
  /// The sizes that the configuration of an image tower states, or else those of the library's base model.
  ///
  /// - Parameters:
  ///   - own: `vision_config`, or the whole of an image tower alone.
  ///   - patch: pixels of a patch's side where it states none.
  ///   - epsilon: that of the norms where it states none.
  ///   - mlp: what is between the layers of an MLP where it states none.
  package init(huggingFaceTower own: Configuration, patch: Int, epsilon: Double, mlp: MLP) throws {
    let channels = try own.optionalInteger("num_channels") ?? 3
    guard channels == 3 else {
      throw own.unsupported("num_channels", value: "\(channels)", supported: "3")
    }
    let image = try own.optionalIntegerPair("image_size") ?? (224, 224)
    let patch = try own.optionalIntegerPair("patch_size") ?? (patch, patch)
    self.init(
      imageHeight: image.height, imageWidth: image.width, patchHeight: patch.height, patchWidth: patch.width,
      width: try own.optionalInteger("hidden_size") ?? 768,
      depth: try own.optionalInteger("num_hidden_layers") ?? 12,
      headCount: try own.optionalInteger("num_attention_heads") ?? 12,
      mlpWidth: try own.optionalInteger("intermediate_size") ?? 3072,
      epsilon: Float(try own.optionalDouble("layer_norm_eps") ?? epsilon), classCount: 0)
    self.mlp = try MLP(huggingFace: own, standard: mlp)
  }
}

extension VisionTransformerConfiguration.MLP {
  /// What is between the layers of an MLP by the `hidden_act` of a tower, or else the library's `standard`.
  init(huggingFace config: Configuration, standard: Self) throws {
    let kinds: [String: Self] = [
      "quick_gelu": .quickGELU, "gelu": .gelu, "gelu_new": .tanhGELU, "gelu_pytorch_tanh": .tanhGELU,
    ]
    guard let activation = try config.optionalString("hidden_act") else {
      self = standard
      return
    }
    guard let kind = kinds[activation] else {
      throw config.unsupported(
        "hidden_act", value: "'\(activation)'", supported: kinds.keys.sorted().joined(separator: ", "))
    }
    self = kind
  }
}

extension ModelDirectory {
  /// Throws unless a configuration is that of the one class of a family that has a classifier, which could be trained.
  ///
  /// - Parameters:
  ///   - classifier: the class of `transformers`.
  ///   - type: its `model_type`.
  package func checkIsTrainable(classifier: String, type: String) throws {
    try checkStatesSizes(example: "\"model_type\": \"\(type)\" and, in \"vision_config\"")
    let named = try config.optionalStrings("architectures") ?? []
    guard format == .huggingFace, named.isEmpty || named.contains(classifier) else {
      throw ModelError.notTrainable(
        model: path,
        reason:
          "\(named.first ?? "OpenCLIP") has no classifier; give a config.json of \(classifier) to train one"
      )
    }
  }
}
