public import XAICore
public import XAIFoundation
import XAIImage
public import XAITensor
import XAITransformer
public import XAIWeights

/// DINOv2 with a classifier, without registers and with them (Oquab and others 2024, arXiv 2304.07193; Darcet and others
/// 2024, arXiv 2309.16588).
public enum DINOv2: ModelArchitecture {
  /// What the family is.
  public static let descriptor = ArchitectureDescriptor(
    id: "dinov2", title: "DINOv2",
    summary: "Self-supervised transformers with layer scale, with and without registers, with a classifier",
    huggingFaceClasses: [plainClass, registersClass],
    timmNames: ["vit_*_dinov2", "vit_*_reg4_dinov2"],
    capabilities: VisionTransformer.capabilities,
    citation: Citation(
      authors: "Oquab et al.", title: "DINOv2: Learning Robust Visual Features without Supervision",
      venue: "TMLR", year: 2024, identifier: "arXiv:2304.07193"))

  private static let plainClass = "Dinov2ForImageClassification"
  private static let registersClass = "Dinov2WithRegistersForImageClassification"

  /// Whether the configuration is of one of the two classes, or a timm `vit_*_dinov2`.
  public static func matches(_ directory: ModelDirectory) -> Bool {
    directory.isModel(
      types: ["dinov2", "dinov2_with_registers"], classes: descriptor.huggingFaceClasses
    ) { $0.hasPrefix("vit_") && $0.hasSuffix("_dinov2") }
  }

  /// Loads a Hugging Face or timm DINOv2 that has a classifier.
  public static func load(_ directory: ModelDirectory, on kernels: any Kernels) throws -> any Model {
    let weights = try directory.weights()
    let configuration: VisionTransformerConfiguration
    let naming: CheckpointNaming
    switch directory.format {
    case .huggingFace: (configuration, naming) = try huggingFace(directory)
    case .timm:
      configuration = try timmConfiguration(directory.config, weights)
      naming = .timm(for: configuration)
    }
    return try VisionTransformer(
      loading: directory, architecture: descriptor.id, configuration: configuration, weights: weights,
      naming: naming, ignoring: ["*.embeddings.mask_token"], preprocessing: preprocessing,
      takesAnySize: directory.format == .huggingFace, on: kernels)
  }

  /// Makes an untrained model of one of the two Hugging Face classes; a timm configuration is refused.
  public static func makeUntrained(
    _ directory: ModelDirectory, labels: [String], random: inout SeededRandom, on kernels: any Kernels
  ) throws -> any TrainableModel {
    try directory.checkStatesSizes(example: "\"model_type\": \"dinov2\"")
    let (configuration, naming) = try huggingFace(directory)
    return try VisionTransformer(
      untrained: directory, architecture: descriptor.id, configuration: configuration, naming: naming,
      preprocessing: preprocessing, labels: labels, random: &random, on: kernels)
  }

  private static func huggingFace(
    _ directory: ModelDirectory
  ) throws -> (VisionTransformerConfiguration, CheckpointNaming) {
    let classes = try directory.config.optionalStrings("architectures") ?? []
    let hasRegisters =
      try classes.contains(registersClass)
      || (classes.isEmpty && directory.config.optionalString("model_type") == "dinov2_with_registers")
    let configuration = try huggingFaceConfiguration(directory.config, hasRegisters: hasRegisters)
    var naming = huggingFaceNaming(
      root: hasRegisters ? "dinov2_with_registers" : "dinov2", configuration)
    // The class with registers has a mask token whatever its configuration says.
    if try !hasRegisters && directory.config.optionalBool("use_mask_token") == false {
      naming.maskToken = nil
    }
    return (configuration, naming)
  }

  /// What the published checkpoints come with: bicubic, the shorter side to 256, the middle 224 × 224, ImageNet's mean
  /// and deviation.
  private static let preprocessing = Preprocessing(
    resize: .shortestEdge(256), filter: .bicubic,
    crop: Preprocessing.CentreCrop(height: 224, width: 224), normalisation: .imageNet)
}
