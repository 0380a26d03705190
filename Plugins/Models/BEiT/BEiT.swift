public import XAICore
public import XAIImage
import XAITensor
public import XAITransformer
public import XAIWeights

/// BEiT, and BEiT v2, which differs in how it was trained (Bao and others 2022, arXiv 2106.08254; Peng and others 2022,
/// arXiv 2208.06366).
public enum BEiT: VisionTransformerArchitecture {
  public static let descriptor = ArchitectureDescriptor(
    id: "beit", title: "BEiT",
    summary: "Transformers with relative position bias and layer scale, read at the mean of the patches",
    huggingFaceClasses: [classifierClass, "BeitModel"], timmNames: ["beit_*", "beitv2_*", "beit3_*"],
    capabilities: VisionTransformer.capabilities,
    leftOut: "Hugging Face grids that aren't square, text and detection heads",
    citation: Citation(
      authors: "Bao et al.", title: "BEiT: BERT Pre-Training of Image Transformers", venue: "ICLR",
      year: 2022,
      identifier: "arXiv:2106.08254"))

  private static let classifierClass = "BeitForImageClassification"

  /// Whether the configuration is a `BeitForImageClassification`, its backbone `BeitModel`, or a timm `beit*`.
  public static func matches(_ directory: ModelDirectory) -> Bool {
    directory.isModel(type: "beit", classes: descriptor.huggingFaceClasses, timmPrefix: "beit")
  }

  /// What a `config.json` of `transformers` states, and its names.
  public static func huggingFace(
    _ directory: ModelDirectory
  ) throws -> (configuration: VisionTransformerConfiguration, naming: CheckpointNaming) {
    let configuration = try huggingFaceConfiguration(directory)
    return (configuration, try huggingFaceNaming(configuration, directory.config))
  }

  /// What timm's `config.json` states and its weights tell, and its names.
  public static func timm(
    _ config: Configuration, _ weights: WeightStore
  ) throws -> (configuration: VisionTransformerConfiguration, naming: CheckpointNaming) {
    let configuration = try VisionTransformerConfiguration(
      timm: config, weights: weights, pooling: "avg", needsPositions: false)
    return (configuration, .timm(for: configuration, weights))
  }

  /// The token of masked patches, and indices that are computed here.
  public static let ignoredTensors = ["beit.embeddings.mask_token", "*.relative_position_index"]

  /// `transformers` interpolates tables of position bias by itself.
  public static let takesAnySize = true

  /// The image processor of BEiT: bicubic to exactly 224 × 224, mean and standard deviation 0.5.
  public static let preprocessing = Preprocessing(
    resize: .exact(height: 224, width: 224), filter: .bicubic, normalisation: .half)
}

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
    naming.classifierClass = classifierClass
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
