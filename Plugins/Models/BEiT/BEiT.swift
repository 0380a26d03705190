public import XAICore
public import XAIFoundation
import XAIImage
public import XAITensor
import XAITransformer
public import XAIWeights

/// BEiT, and BEiT v2, which differs in how it was trained (Bao and others 2022, arXiv 2106.08254; Peng and others 2022,
/// arXiv 2208.06366).
public enum BEiT: ModelArchitecture {
  /// What the family is.
  public static let descriptor = ArchitectureDescriptor(
    id: "beit", title: "BEiT",
    summary: "Transformers with relative position bias and layer scale, read at the mean of the patches",
    huggingFaceClasses: ["BeitForImageClassification"], timmNames: ["beit_*", "beitv2_*"],
    capabilities: VisionTransformer.capabilities,
    citation: Citation(
      authors: "Bao et al.", title: "BEiT: BERT Pre-Training of Image Transformers", venue: "ICLR",
      year: 2022,
      identifier: "arXiv:2106.08254"))

  /// Whether the configuration is a `BeitForImageClassification` or a timm `beit_*` or `beitv2_*`.
  public static func matches(_ directory: ModelDirectory) -> Bool {
    directory.isModel(types: ["beit"], classes: descriptor.huggingFaceClasses) {
      $0.hasPrefix("beit_") || $0.hasPrefix("beitv2_")
    }
  }

  /// Loads a Hugging Face or timm BEiT.
  public static func load(_ directory: ModelDirectory, on kernels: any Kernels) throws -> any Model {
    let weights = try directory.weights()
    let configuration: VisionTransformerConfiguration
    let naming: CheckpointNaming
    switch directory.format {
    case .huggingFace:
      configuration = try huggingFaceConfiguration(directory)
      naming = try huggingFaceNaming(configuration, directory.config)
    case .timm:
      configuration = try timmConfiguration(directory.config, weights)
      naming = timmNaming(configuration)
    }
    return try VisionTransformer(
      loading: directory, architecture: descriptor.id, configuration: configuration, weights: weights,
      naming: naming, ignoring: ["beit.embeddings.mask_token", "*.relative_position_index"],
      preprocessing: preprocessing, takesAnySize: directory.format == .huggingFace, on: kernels)
  }

  /// Makes an untrained `BeitForImageClassification`; a timm configuration is refused.
  public static func makeUntrained(
    _ directory: ModelDirectory, labels: [String], random: inout SeededRandom, on kernels: any Kernels
  ) throws -> any TrainableModel {
    try directory.checkStatesSizes(example: "\"model_type\": \"beit\"")
    let configuration = try huggingFaceConfiguration(directory)
    return try VisionTransformer(
      untrained: directory, architecture: descriptor.id, configuration: configuration,
      naming: huggingFaceNaming(configuration, directory.config), preprocessing: preprocessing,
      labels: labels, random: &random,
      on: kernels)
  }

  /// The image processor of BEiT: bicubic to exactly 224 × 224, mean and deviation 0.5.
  private static let preprocessing = Preprocessing(
    resize: .exact(height: 224, width: 224), filter: .bicubic, normalisation: .half)
}
