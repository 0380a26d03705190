import XAITensor
import XAITransformer
import XAIWeights

extension BEiT {
  private static let table = "relative_position_bias_table"

  /// What timm's `config.json` states, and what is seen in the weights: the tables have one column a head.
  static func timmConfiguration(
    _ config: Configuration, _ weights: WeightStore
  ) throws -> VisionTransformerConfiguration {
    var configuration = try VisionTransformerConfiguration(
      timm: config, weights: weights, pooling: "avg", needsPositions: false)
    configuration.qkvBias = weights["blocks.0.attn.q_bias"] != nil ? .queryAndValue : .none
    if configuration.positions != .none { configuration.positions = .patchesAndPrefix() }
    let (own, shared) = (weights["blocks.0.attn.\(table)"], weights["rel_pos_bias.\(table)"])
    if let table = own ?? shared {
      configuration.positionBias = PositionBias(
        isPerLayer: own != nil, isShared: shared != nil, interpolation: .geometric)
      if table.shape.rank == 2 { configuration.headCount = table.shape[1] }
    }
    configuration.layerScale = try VisionTransformerConfiguration.layerScale(
      config, isThere: weights["blocks.0.gamma_1"] != nil)
    try configuration.validate(file: config.file)
    return configuration
  }

  /// What timm calls the weights.
  static func timmNaming(_ configuration: VisionTransformerConfiguration) -> CheckpointNaming {
    var naming = CheckpointNaming.timm(for: configuration)
    naming.positionBias = "rel_pos_bias.\(table)"
    let block = naming.block
    naming.block = { index in
      let layer = "blocks.\(index)"
      var names = block(index)
      names.separateBiases = .init(query: "\(layer).attn.q_bias", value: "\(layer).attn.v_bias")
      (names.firstScale, names.secondScale) = ("\(layer).gamma_1", "\(layer).gamma_2")
      names.positionBias = "\(layer).attn.\(table)"
      return names
    }
    return naming
  }
}
