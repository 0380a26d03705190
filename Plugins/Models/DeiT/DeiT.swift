public import XAICore
public import XAIFoundation
import XAIImage
public import XAITensor
import XAITransformer
public import XAIWeights

/// The data-efficient image transformer, with and without distillation (Touvron and others 2021, arXiv 2012.12877).
public enum DeiT: ModelArchitecture {
  /// What the family is.
  public static let descriptor = ArchitectureDescriptor(
    id: "deit", title: "DeiT",
    summary: "Data-efficient image transformers, with and without the distillation token",
    huggingFaceClasses: [classTokenClass, teacherClass],
    timmNames: ["deit_*", "deit_*_distilled", "deit3_*"],
    capabilities: VisionTransformer.capabilities,
    citation: Citation(
      authors: "Touvron et al.",
      title: "Training data-efficient image transformers & distillation through attention", venue: "ICML",
      year: 2021, identifier: "arXiv:2012.12877"))

  /// Reads the class token alone, though a distillation token is there.
  private static let classTokenClass = "DeiTForImageClassification"
  /// Averages the logits of two heads, on the class and on the distillation token.
  private static let teacherClass = "DeiTForImageClassificationWithTeacher"

  /// Whether the configuration is one of Hugging Face's two classes or a timm `deit_*`.
  public static func matches(_ directory: ModelDirectory) -> Bool {
    directory.isModel(type: "deit", classes: descriptor.huggingFaceClasses, timmPrefix: "deit")
  }

  /// Loads a Hugging Face or timm DeiT.
  public static func load(_ directory: ModelDirectory, on kernels: any Kernels) throws -> any Model {
    let weights = try directory.weights()
    let configuration: VisionTransformerConfiguration
    let naming: CheckpointNaming
    switch directory.format {
    case .huggingFace:
      (configuration, naming) = try huggingFace(directory)
    case .timm:
      configuration = try VisionTransformerConfiguration(timm: directory.config, weights: weights)
      naming = .timm(for: configuration)
    }
    return try VisionTransformer(
      loading: directory, architecture: descriptor.id, configuration: configuration, weights: weights,
      naming: naming, ignoring: ["deit.pooler.", "*.position_ids"], preprocessing: preprocessing, on: kernels)
  }

  /// Makes an untrained model of one of Hugging Face's two classes; a timm configuration is refused.
  public static func makeUntrained(
    _ directory: ModelDirectory, labels: [String], random: inout SeededRandom, on kernels: any Kernels
  ) throws -> any TrainableModel {
    try directory.checkStatesSizes(example: "\"model_type\": \"deit\"")
    let (configuration, naming) = try huggingFace(directory)
    return try VisionTransformer(
      untrained: directory, architecture: descriptor.id, configuration: configuration, naming: naming,
      preprocessing: preprocessing, labels: labels, random: &random, on: kernels)
  }

  private static func huggingFace(
    _ directory: ModelDirectory
  ) throws -> (VisionTransformerConfiguration, CheckpointNaming) {
    let isTeacher = try directory.config.optionalStrings("architectures")?.contains(teacherClass) ?? false
    let configuration = try VisionTransformerConfiguration(
      huggingFace: directory.config, prefix: [.classToken, .distillation],
      readout: isTeacher ? .meanOfClassAndDistillation : .classToken)
    let heads = isTeacher ? ["cls_classifier", "distillation_classifier"] : ["classifier"]
    return (configuration, .huggingFace(root: "deit", heads: heads))
  }

  /// The image processor of DeiT: bicubic to 256 × 256, the middle 224 × 224, mean and deviation 0.5.
  private static let preprocessing = Preprocessing(
    resize: .exact(height: 256, width: 256), filter: .bicubic,
    crop: Preprocessing.CentreCrop(height: 224, width: 224), normalisation: .half)
}
