public import XAICore
public import XAIFoundation
public import XAIImage
public import XAITensor
public import XAITransformer
public import XAIWeights

/// DINOv3 (Siméoni and others 2025, arXiv 2508.10104): rotary embeddings in place of position embeddings, registers, and
/// layer scale.
///
/// `transformers` has no class of it with a classifier, so that its directories are backbones, whose features are those of
/// the class token. timm's may have a classifier.
public enum DINOv3: VisionTransformerArchitecture {
  public static let descriptor = ArchitectureDescriptor(
    id: "dinov3", title: "DINOv3",
    summary: "Self-supervised transformers with rotary embeddings and registers, mostly without a classifier",
    huggingFaceClasses: ["DINOv3ViTModel", "DINOv3ViTBackbone"], timmNames: ["vit_*_dinov3*"],
    capabilities: VisionTransformer.capabilities, leftOut: "DINOv3ConvNextModel, a convolutional network",
    citation: Citation(
      authors: "Siméoni et al.", title: "DINOv3", venue: "arXiv", year: 2025, identifier: "arXiv:2508.10104"))

  /// Whether the configuration is of one of the two classes, or a timm `vit_*_dinov3*`.
  public static func matches(_ directory: ModelDirectory) -> Bool {
    directory.isModel(types: ["dinov3_vit"], classes: descriptor.huggingFaceClasses) { name in
      name.hasPrefix("vit_") && name.contains("_dinov3")
    }
  }

  /// What a `config.json` of `transformers` states, and its names.
  public static func huggingFace(
    _ directory: ModelDirectory
  ) throws -> (configuration: VisionTransformerConfiguration, naming: CheckpointNaming) {
    let configuration = try huggingFaceConfiguration(directory.config)
    return (configuration, huggingFaceNaming(configuration))
  }

  /// The token of masked patches.
  public static let ignoredTensors = ["embeddings.mask_token"]

  /// Rotations are those of the input's own grid.
  public static let takesAnySize = true

  /// What the published checkpoints come with: bilinear to exactly 224 × 224, ImageNet's mean and deviation.
  public static let preprocessing = Preprocessing(
    resize: .exact(height: 224, width: 224), normalisation: .imageNet)

  /// Refuses: `transformers` has no class with a classifier, so no `config.json` states what would be trained.
  public static func makeUntrained(
    _ directory: ModelDirectory, labels: [String], random: inout SeededRandom, on kernels: any Kernels
  ) throws -> any TrainableModel {
    throw ModelError.notTrainable(
      model: directory.path,
      reason:
        "transformers has no DINOv3 with a classifier; train one of timm's, vit_*_dinov3*, from its weights, or a DINOv2"
    )
  }
}

extension DINOv3 {
  /// What a `config.json` of `transformers` states; the class token's features are read.
  static func huggingFaceConfiguration(_ config: Configuration) throws -> VisionTransformerConfiguration {
    let registers = try config.optionalInteger("num_register_tokens", in: 0...1_000) ?? 0
    let image = try config.optionalIntegerPair("image_size") ?? (224, 224)
    let patch = try config.optionalIntegerPair("patch_size") ?? (16, 16)
    let channels = try config.optionalInteger("num_channels") ?? 3
    guard channels == 3 else {
      throw config.unsupported("num_channels", value: "\(channels)", supported: "3")
    }
    for key in ["proj_bias", "mlp_bias"] where try config.optionalBool(key) == false {
      throw config.unsupported(key, value: "false", supported: "layers with a bias")
    }
    var configuration = VisionTransformerConfiguration(
      imageHeight: image.height, imageWidth: image.width, patchHeight: patch.height, patchWidth: patch.width,
      width: try config.optionalInteger("hidden_size") ?? 384,
      depth: try config.optionalInteger("num_hidden_layers") ?? 12,
      headCount: try config.optionalInteger("num_attention_heads") ?? 6,
      mlpWidth: try config.optionalInteger("intermediate_size") ?? 1536,
      epsilon: Float(try config.optionalDouble("layer_norm_eps") ?? 1e-5), classCount: 0,
      prefix: [.classToken] + Array(repeating: .register, count: registers), qkvBias: try qkvBias(config),
      positions: .none)
    configuration.classifier = .none
    configuration.layerScale = Float(try config.optionalDouble("layerscale_value") ?? 1)
    configuration.mlp = try mlp(config)
    let base = try config.optionalDouble("rope_theta") ?? 100
    guard base.isFinite, base > 0 else {
      throw config.invalid("rope_theta", "is \(base), and must be a number above 0")
    }
    configuration.attentionTransforms = [
      RotaryEmbedding(base: base, pairing: .halves, coordinates: .centred)
    ]
    configuration.assumptions = [
      "the image processor of DINOv3 resizes in floating point, and here pixels are rounded to 8 bits along the way, as by those "
        + "of other models: inputs differ by one of the 255 levels of a pixel at most"
    ]
    try configuration.validate(file: config.file)
    return configuration
  }

  private static func qkvBias(
    _ config: Configuration
  ) throws -> VisionTransformerConfiguration.QKVBias {
    let biases = (
      try config.optionalBool("query_bias") ?? true, try config.optionalBool("key_bias") ?? false,
      try config.optionalBool("value_bias") ?? true
    )
    switch biases {
    case (true, false, true): return .queryAndValue
    case (true, true, true): return .all
    case (false, false, false): return .none
    default:
      throw config.unsupported(
        "query_bias, key_bias, value_bias", value: "\(biases.0), \(biases.1), \(biases.2)",
        supported: "biases of all three, of none, or of queries and values")
    }
  }

  private static func mlp(_ config: Configuration) throws -> VisionTransformerConfiguration.MLP {
    let isGated = try config.optionalBool("use_gated_mlp") ?? false
    let activation = try config.optionalString("hidden_act") ?? "gelu"
    switch (isGated, activation) {
    case (false, "gelu"): return .gelu
    case (true, "silu"), (true, "swish"): return .swiGLU
    default:
      throw config.unsupported(
        "hidden_act", value: "'\(activation)'\(isGated ? " with use_gated_mlp" : "")",
        supported: "'gelu', with the error function, and 'silu' with use_gated_mlp")
    }
  }

  /// What `transformers` calls the weights.
  static func huggingFaceNaming(_ configuration: VisionTransformerConfiguration) -> CheckpointNaming {
    var naming = CheckpointNaming(
      patch: "embeddings.patch_embeddings",
      prefix: [.classToken: "embeddings.cls_token", .register: "embeddings.register_tokens"],
      positions: "embeddings.position_embeddings",
      block: { index in
        let layer = "layer.\(index)"
        var names = CheckpointNaming.Block(
          firstNorm: "\(layer).norm1",
          queryKeyValue: ["q_proj", "k_proj", "v_proj"].map { "\(layer).attention.\($0)" },
          projection: "\(layer).attention.o_proj", secondNorm: "\(layer).norm2",
          expansion: "\(layer).mlp.up_proj", contraction: "\(layer).mlp.down_proj")
        names.gate = "\(layer).mlp.gate_proj"
        names.firstScale = "\(layer).layer_scale1.lambda1"
        names.secondScale = "\(layer).layer_scale2.lambda1"
        return names
      }, finalNorm: "norm", heads: ["classifier"])
    naming.maskToken = CheckpointNaming.UnreadTensor(
      "embeddings.mask_token", [1, 1, configuration.width])
    naming.reasonAgainstClassifier =
      "has no classifier, and transformers has no class of DINOv3 with one; train one of timm's, vit_*_dinov3*"
    return naming
  }
}
