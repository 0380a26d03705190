public import XAICore
import XAIImage
import XAITransformer
public import XAIWeights

/// The Swin Transformer (Liu and others 2021, arXiv 2103.14030), and Swin-S3, whose windows differ from stage to stage.
public enum Swin: ModelArchitecture {
  public static let descriptor = ArchitectureDescriptor(
    id: "swin", title: "Swin Transformer",
    summary:
      "Transformers of stages with shifted windows and patch merging, read at the mean of the last tokens",
    huggingFaceClasses: ["SwinForImageClassification"], timmNames: ["swin_*"],
    capabilities: HierarchicalTransformer.capabilities, isIsotropic: false,
    citation: Citation(
      authors: "Liu et al.", title: "Swin Transformer: Hierarchical Vision Transformer using Shifted Windows",
      venue: "ICCV", year: 2021, identifier: "arXiv:2103.14030"))

  /// Whether the configuration is a `SwinForImageClassification` or a timm `swin_*`, or a Swin v2, which is refused.
  public static func matches(_ directory: ModelDirectory) -> Bool {
    directory.isModel(type: "swin", classes: descriptor.huggingFaceClasses, timmPrefix: "swin_")
      || isSecondVersion(directory)
  }

  private static func isSecondVersion(_ directory: ModelDirectory) -> Bool {
    directory.isModel(type: "swinv2", classes: ["Swinv2ForImageClassification"], timmPrefix: "swinv2_")
  }

  /// Loads a Hugging Face or timm Swin.
  public static func load(_ directory: ModelDirectory, _ request: LoadRequest) throws -> any Model {
    try request.checkOptions(family: descriptor.id)
    guard !isSecondVersion(directory) else {
      throw VisionTransformerError.unsupported(
        file: directory.config.file, key: directory.format == .timm ? "architecture" : "model_type",
        value: "that of Swin v2, whose attention is by cosine and whose norms are behind it",
        supported: "Swin v1")
    }
    let weights = try directory.weights()
    let configuration: HierarchicalConfiguration
    let naming: HierarchicalNaming
    switch directory.format {
    case .huggingFace:
      configuration = try huggingFaceConfiguration(directory.config)
      naming = huggingFaceNaming
    case .timm:
      configuration = try timmConfiguration(directory.config, weights)
      naming = timmNaming(weights)
    }
    return try HierarchicalTransformer(
      loading: directory, architecture: descriptor.id, configuration: configuration, weights: weights,
      naming: naming, ignoring: ["*.relative_position_index", "*.attn_mask"], preprocessing: preprocessing,
      request)
  }

  /// The image processor of the published checkpoints: bicubic to exactly 224 × 224, ImageNet's mean and standard deviation.
  private static let preprocessing = Preprocessing(
    resize: .exact(height: 224, width: 224), filter: .bicubic, normalisation: .imageNet)
}
