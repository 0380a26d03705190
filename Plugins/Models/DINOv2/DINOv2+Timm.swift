import XAITensor
import XAITransformer
import XAIWeights

extension DINOv2 {
  /// What timm's `config.json` states, and what is seen in the weights; SwiGLU where the MLP's first map gives twice what
  /// the second takes.
  static func timmConfiguration(
    _ config: Configuration, _ weights: WeightStore
  ) throws -> VisionTransformerConfiguration {
    var configuration = try VisionTransformerConfiguration(timm: config, weights: weights)
    if let contraction = weights["blocks.0.mlp.fc2.weight"]?.shape, contraction.rank == 2,
      configuration.mlpWidth == 2 * contraction[1]
    {
      configuration.mlp = .swiGLU
      configuration.mlpWidth = contraction[1]
    }
    try configuration.validate(file: config.file)
    return configuration
  }
}
