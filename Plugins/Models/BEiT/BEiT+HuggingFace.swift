import XAICore
import XAITensor
import XAITransformer
import XAIWeights

extension BEiT {
  /// What a `config.json` of `transformers` states; keys have no bias.
  static func huggingFaceConfiguration(
    _ directory: ModelDirectory
  ) throws -> VisionTransformerConfiguration {
    let config = directory.config
    let pools = try config.optionalBool("use_mean_pooling") ?? true
    var configuration = try VisionTransformerConfiguration(
      huggingFace: config, prefix: [.classToken], readout: pools ? .meanOfPatches : .classToken)
    configuration.finalNorm = pools ? .afterPooling : .onTokens
    if configuration.qkvBias == .all { configuration.qkvBias = .queryAndValue }
    configuration.positions =
      try config.optionalBool("use_absolute_position_embeddings") ?? false ? .patchesAndPrefix() : .none
    let isPerLayer = try config.optionalBool("use_relative_position_bias") ?? false
    let isShared = try config.optionalBool("use_shared_relative_position_bias") ?? false
    if isPerLayer || isShared {
      configuration.positionBias = PositionBias(
        isPerLayer: isPerLayer, isShared: isShared, interpolation: .bilinear)
    }
    if configuration.positions != .none || configuration.positionBias != nil {
      try configuration.checkHasSquareGrid(file: config.file)
    }
    let scale = try config.optionalDouble("layer_scale_init_value") ?? 0.1
    if scale > 0 { configuration.layerScale = Float(scale) }
    try configuration.validate(file: config.file)
    return configuration
  }

  /// What `transformers` calls the weights.
  static func huggingFaceNaming(
    _ configuration: VisionTransformerConfiguration, _ config: Configuration
  ) throws(ConfigurationError) -> CheckpointNaming {
    var naming = CheckpointNaming.huggingFace(root: "beit")
    if try config.optionalBool("use_mask_token") ?? false {
      naming.maskToken = CheckpointNaming.UnreadTensor(
        "beit.embeddings.mask_token", [1, 1, configuration.width])
    }
    if configuration.readout == .meanOfPatches { naming.finalNorm = "beit.pooler.layernorm" }
    let table = "relative_position_bias.relative_position_bias_table"
    naming.positionBias = "beit.encoder.\(table)"
    let block = naming.block
    naming.block = { index in
      let layer = "beit.encoder.layer.\(index)"
      var names = block(index)
      (names.firstScale, names.secondScale) = ("\(layer).lambda_1", "\(layer).lambda_2")
      names.positionBias = "\(layer).attention.attention.\(table)"
      return names
    }
    return naming
  }
}
