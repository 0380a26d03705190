import XAICore
package import XAITransformer
package import XAIWeights

/// Image towers: OpenCLIP's own, and those of timm.
extension OpenCLIP {
  /// What stands before the names of an image tower of timm's.
  package static let trunk = "visual.trunk."

  /// OpenCLIP's own image tower, whose features are projected, and the names of its weights.
  package static func imageTower(_ config: Configuration) throws -> (
    configuration: VisionTransformerConfiguration, naming: CheckpointNaming
  ) {
    let own = try section(
      "vision_cfg", of: config,
      known: ["image_size", "layers", "width", "patch_size", "head_width", "mlp_ratio", "patch_dropout"],
      usual: ["pool_type": .string("tok"), "pos_embed_type": .string("learnable")])
    let image = try own.optionalIntegerPair("image_size") ?? (224, 224)
    let patch = try own.optionalIntegerPair("patch_size") ?? (16, 16)
    let width = try own.optionalInteger("width", in: 1...65_536) ?? 768
    let headWidth = try own.optionalInteger("head_width", in: 1...65_536) ?? 64
    var configuration = VisionTransformerConfiguration(
      imageHeight: image.height, imageWidth: image.width, patchHeight: patch.height, patchWidth: patch.width,
      width: width, depth: try own.optionalInteger("layers") ?? 12, headCount: width / headWidth,
      mlpWidth: try mlpWidth(own, width: width), epsilon: 1e-5, classCount: 1)
    configuration.hasEmbeddingNorm = true
    configuration.hasPatchBias = false
    // OpenCLIP resizes position embeddings as a checkpoint is loaded, with antialiasing.
    configuration.positionInterpolation = .antialiasedBicubic
    configuration.mlp = try activation(config, tower: own)
    configuration.classifier = .cosine(
      scale: CosineHead.usualScale, projectedWidth: try projectedWidth(config))
    try configuration.validate(file: own.file)
    return (configuration, imageNaming)
  }

  private static var imageNaming: CheckpointNaming {
    var naming = CheckpointNaming(
      patch: "visual.conv1", prefix: [.classToken: "visual.class_embedding"],
      positions: "visual.positional_embedding", block: { block("visual.transformer.resblocks.\($0)") },
      finalNorm: "visual.ln_post", heads: ["class_vectors"]
    ) { owner, parameter in
      // The projection is a tensor and no layer.
      owner == "visual.proj" ? owner : CheckpointNaming.pyTorchAttention(owner, parameter)
    }
    naming.tokenTensors = .plain
    naming.embeddingNorm = "visual.ln_pre"
    naming.projection = "visual.proj"
    naming.isProjectionTransposed = true
    naming.reasonAgainstClassifier = "has no classifier, and OpenCLIP's configuration has no place for one"
    return naming
  }

  /// An image tower of timm's with an attention pooling, as timm's own configuration.
  package static func timmConfiguration(_ config: Configuration) throws -> Configuration {
    let own = try section(
      "vision_cfg", of: config,
      known: ["image_size", "timm_model_name", "timm_drop", "timm_drop_path", "patch_dropout"],
      usual: ["timm_pool": .string("map"), "timm_proj": .string("none")])
    let image = try own.optionalIntegerPair("image_size") ?? (224, 224)
    let size = [3, image.height, image.width].map { JSONValue.integer($0) }
    return Configuration(
      .object([
        "architecture": .string(try own.string("timm_model_name")), "num_classes": .integer(0),
        "pretrained_cfg": .object(["input_size": .array(size)]),
      ]), file: config.file)
  }
}
