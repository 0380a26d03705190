import XAI

/// A vision transformer of Swin V2's blocks without its windows: cosine attention, and norms after attention and MLP.
public enum CosineViT: ModelArchitecture {
  public static let descriptor = ArchitectureDescriptor(
    id: "cosine-vit", title: "Vision Transformer of cosines",
    summary: "a vision transformer with cosine attention and norms within the residual",
    huggingFaceClasses: [className], timmNames: [],
    capabilities: VisionTransformer.capabilities,
    citation: Citation(
      authors: "Liu et al.", title: "Swin Transformer V2: Scaling Up Capacity and Resolution", venue: "CVPR",
      year: 2022, identifier: "arXiv:2111.09883"))

  private static let className = "CosineViTForImageClassification"

  /// Whether the configuration names the family's class.
  public static func matches(_ directory: ModelDirectory) -> Bool {
    directory.isModel(type: "cosine_vit", classes: [className], timmPrefix: "cosine_vit")
  }

  /// Loads a model.
  public static func load(_ directory: ModelDirectory, _ request: LoadRequest) throws -> any Model {
    try VisionTransformer(
      loading: directory, architecture: descriptor.id, configuration: configuration(directory),
      weights: directory.weights(), naming: .timm(), preprocessing: preprocessing, request)
  }

  /// Makes a model that has learnt nothing yet.
  public static func makeUntrained(
    _ directory: ModelDirectory, labels: [String], random: inout SeededRandom, on kernels: any Kernels
  ) throws -> any TrainableModel {
    try VisionTransformer(
      untrained: directory, architecture: descriptor.id, configuration: configuration(directory),
      naming: .timm(), preprocessing: preprocessing, labels: labels, random: &random, on: kernels)
  }

  private static func configuration(_ directory: ModelDirectory) throws -> VisionTransformerConfiguration {
    var configuration = try VisionTransformerConfiguration(
      huggingFace: directory.config, prefix: [], readout: .meanOfPatches, epsilon: 1e-5)
    configuration.positions = .patches
    configuration.normOrder = .resPostNorm
    configuration.attentionTransforms = [CosineAttention()]
    try configuration.validate(file: directory.config.file)
    return configuration
  }

  private static let preprocessing = Preprocessing(
    resize: .exact(height: 224, width: 224), normalisation: .imageNet)
}
