public import XAICore
public import XAIFoundation
import XAIImage
public import XAITensor
import XAITransformer
public import XAIWeights

/// The Vision Transformer (Dosovitskiy and others 2021, arXiv 2010.11929).
public enum ViT: ModelArchitecture {
  /// What the family is.
  public static let descriptor = ArchitectureDescriptor(
    id: "vit", title: "Vision Transformer",
    summary: "Plain vision transformers with a class token, registers, or mean-pooled patches",
    huggingFaceClasses: ["ViTForImageClassification"], timmNames: ["vit_*"],
    capabilities: VisionTransformer.capabilities,
    citation: Citation(
      authors: "Dosovitskiy et al.",
      title: "An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale", venue: "ICLR",
      year: 2021, identifier: "arXiv:2010.11929"))

  /// Whether the configuration is a `ViTForImageClassification` or a timm `vit_*`.
  public static func matches(_ directory: ModelDirectory) -> Bool {
    directory.isModel(
      type: "vit", classes: descriptor.huggingFaceClasses, timmPrefix: "vit_")
  }

  /// Loads a `ViTForImageClassification` or a timm `vit_*`.
  public static func load(_ directory: ModelDirectory, on kernels: any Kernels) throws -> any Model {
    let weights = try directory.weights()
    let configuration: VisionTransformerConfiguration
    let naming: CheckpointNaming
    switch directory.format {
    case .huggingFace:
      configuration = try huggingFaceConfiguration(directory)
      naming = .huggingFace(root: "vit")
    case .timm:
      configuration = try VisionTransformerConfiguration(timm: directory.config, weights: weights)
      naming = .timm(for: configuration)
    }
    return try VisionTransformer(
      loading: directory, architecture: descriptor.id, configuration: configuration, weights: weights,
      naming: naming, ignoring: ["vit.pooler.", "*.position_ids"], preprocessing: preprocessing, on: kernels)
  }

  /// Makes an untrained `ViTForImageClassification`; a timm configuration is refused.
  public static func makeUntrained(
    _ directory: ModelDirectory, labels: [String], random: inout SeededRandom, on kernels: any Kernels
  ) throws -> any TrainableModel {
    try directory.checkStatesSizes(example: "\"model_type\": \"vit\"")
    return try VisionTransformer(
      untrained: directory, architecture: descriptor.id, configuration: huggingFaceConfiguration(directory),
      naming: .huggingFace(root: "vit"), preprocessing: preprocessing, labels: labels, random: &random,
      on: kernels)
  }

  private static func huggingFaceConfiguration(
    _ directory: ModelDirectory
  ) throws -> VisionTransformerConfiguration {
    try VisionTransformerConfiguration(
      huggingFace: directory.config, prefix: [.classToken], readout: .classToken)
  }

  /// The image processor of ViT: bilinear to exactly 224 × 224, mean and deviation 0.5.
  private static let preprocessing = Preprocessing(
    resize: .exact(height: 224, width: 224), normalisation: .half)
}
