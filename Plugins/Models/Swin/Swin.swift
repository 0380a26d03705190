public import XAICore
public import XAIFoundation
import XAIImage
public import XAITensor
import XAITransformer
public import XAIWeights

/// The Swin Transformer (Liu and others 2021, arXiv 2103.14030), Swin-S3, whose windows differ from stage to stage, and Swin v2
/// (Liu and others 2022, arXiv 2111.09883).
public enum Swin: ModelArchitecture {
  public static let descriptor = ArchitectureDescriptor(
    id: "swin", title: "Swin Transformer",
    summary:
      "Transformers of stages with shifted windows and patch merging, read at the mean of the last tokens",
    huggingFaceClasses: [
      "SwinForImageClassification", "Swinv2ForImageClassification", "SwinModel", "Swinv2Model",
    ],
    timmNames: ["swin_*", "swinv2_*"],
    capabilities: HierarchicalTransformer.capabilities, isIsotropic: false,
    classes: [.vectors, .images, .classifier],
    leftOut: "timm's swinv2_cr_*",
    citation: Citation(
      authors: "Liu et al.", title: "Swin Transformer: Hierarchical Vision Transformer using Shifted Windows",
      venue: "ICCV", year: 2021, identifier: "arXiv:2103.14030"))

  /// Whether the configuration is a `SwinForImageClassification`, a `Swinv2ForImageClassification`, a backbone of these, or
  /// of a timm name that begins with `swin_` or `swinv2_`; those that are another kind of model are refused with the reason.
  public static func matches(_ directory: ModelDirectory) -> Bool {
    directory.isModel(types: ["swin", "swinv2"], classes: descriptor.huggingFaceClasses) { name in
      name.hasPrefix("swin_") || isSecond(timm: name)
    }
  }

  private static func isSecond(timm name: String) -> Bool { name.hasPrefix("swinv2_") }

  /// Which version a configuration is of.
  static func version(_ directory: ModelDirectory) -> HierarchicalConfiguration.Version {
    directory.isModel(
      types: ["swinv2"], classes: ["Swinv2ForImageClassification", "Swinv2Model"], timm: isSecond(timm:))
      ? .second : .first
  }

  /// Loads a Hugging Face or timm Swin.
  public static func load(_ directory: ModelDirectory, _ request: LoadRequest) throws -> any Model {
    try request.checkOptions(family: descriptor.id)
    let version = version(directory)
    if directory.format == .timm { try checkIsSupported(timm: directory.config) }
    let weights = try directory.weights()
    guard directory.format != .timm else {
      return try HierarchicalTransformer(
        loading: directory, architecture: descriptor.id,
        configuration: timmConfiguration(directory.config, weights, version), weights: weights,
        naming: timmNaming(weights), ignoring: buffers, preprocessing: preprocessing, request)
    }
    var configuration = try huggingFaceConfiguration(directory.config, version)
    // `transformers` saves a backbone, such as `SwinModel`, without the name of the model before those of its tensors.
    let root = version == .first ? "swin." : "swinv2."
    let isBackbone =
      weights["embeddings.norm.weight"] != nil && weights["\(root)embeddings.norm.weight"] == nil
    if isBackbone { configuration.classCount = 0 }
    return try HierarchicalTransformer(
      loading: directory, architecture: descriptor.id, configuration: configuration, weights: weights,
      naming: huggingFaceNaming(version),
      stored: { isBackbone && $0.hasPrefix(root) ? String($0.dropFirst(root.count)) : $0 },
      ignoring: buffers, preprocessing: preprocessing, request)
  }

  /// What follows from the sizes, and may be in a checkpoint all the same.
  private static let buffers = ["*.relative_position_index", "*.relative_coords_table", "*.attn_mask"]

  /// Makes a Swin that has learnt nothing yet from a Hugging Face configuration.
  public static func makeUntrained(
    _ directory: ModelDirectory, labels: [String], random: inout SeededRandom, on kernels: any Kernels
  ) throws -> any TrainableModel {
    try directory.checkStatesSizes(example: "\"model_type\": \"swin\"")
    let version = version(directory)
    return try HierarchicalTransformer(
      untrained: directory, architecture: descriptor.id,
      configuration: huggingFaceConfiguration(directory.config, version), naming: huggingFaceNaming(version),
      preprocessing: preprocessing, labels: labels, random: &random, on: kernels)
  }

  /// The image processor of the published checkpoints: bicubic to exactly 224 × 224, ImageNet's mean and standard deviation.
  private static let preprocessing = Preprocessing(
    resize: .exact(height: 224, width: 224), filter: .bicubic, normalisation: .imageNet)
}
