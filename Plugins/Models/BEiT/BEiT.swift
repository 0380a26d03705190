public import XAICore
public import XAIImage
public import XAITransformer
public import XAIWeights

/// BEiT, and BEiT v2, which differs in how it was trained (Bao and others 2022, arXiv 2106.08254; Peng and others 2022,
/// arXiv 2208.06366).
public enum BEiT: VisionTransformerArchitecture {
  public static let descriptor = ArchitectureDescriptor(
    id: "beit", title: "BEiT",
    summary: "Transformers with relative position bias and layer scale, read at the mean of the patches",
    huggingFaceClasses: ["BeitForImageClassification", "BeitModel"], timmNames: ["beit_*", "beitv2_*"],
    capabilities: VisionTransformer.capabilities,
    citation: Citation(
      authors: "Bao et al.", title: "BEiT: BERT Pre-Training of Image Transformers", venue: "ICLR",
      year: 2022,
      identifier: "arXiv:2106.08254"))

  /// Whether the configuration is a `BeitForImageClassification`, its backbone `BeitModel`, or a timm `beit_*` or `beitv2_*`.
  public static func matches(_ directory: ModelDirectory) -> Bool {
    directory.isModel(types: ["beit"], classes: descriptor.huggingFaceClasses) {
      $0.hasPrefix("beit_") || $0.hasPrefix("beitv2_")
    }
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
    let configuration = try timmConfiguration(config, weights)
    return (configuration, timmNaming(configuration))
  }

  /// The token of masked patches, and indices that are computed here.
  public static let ignoredTensors = ["beit.embeddings.mask_token", "*.relative_position_index"]

  /// `transformers` interpolates tables of position bias by itself.
  public static let takesAnySize = true

  /// The image processor of BEiT: bicubic to exactly 224 × 224, mean and standard deviation 0.5.
  public static let preprocessing = Preprocessing(
    resize: .exact(height: 224, width: 224), filter: .bicubic, normalisation: .half)
}
