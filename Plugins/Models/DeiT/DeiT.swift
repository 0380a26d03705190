public import XAICore
public import XAIImage
public import XAITransformer
public import XAIWeights

/// The data-efficient image transformer, with and without distillation (Touvron and others 2021, arXiv 2012.12877).
public enum DeiT: VisionTransformerArchitecture {
  public static let descriptor = ArchitectureDescriptor(
    id: "deit", title: "DeiT",
    summary: "Data-efficient image transformers, with and without the distillation token",
    huggingFaceClasses: [classTokenClass, teacherClass, "DeiTModel"],
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

  /// Whether the configuration is one of Hugging Face's two classes, their backbone, or a timm `deit_*`.
  public static func matches(_ directory: ModelDirectory) -> Bool {
    directory.isModel(type: "deit", classes: descriptor.huggingFaceClasses, timmPrefix: "deit")
  }

  /// With a distillation token; one head, or two that are averaged.
  public static func huggingFace(
    _ directory: ModelDirectory
  ) throws -> (configuration: VisionTransformerConfiguration, naming: CheckpointNaming) {
    let isTeacher = try directory.config.optionalStrings("architectures")?.contains(teacherClass) ?? false
    let configuration = try VisionTransformerConfiguration(
      huggingFace: directory.config, prefix: [.classToken, .distillation],
      readout: isTeacher ? .meanOfClassAndDistillation : .classToken)
    let heads = isTeacher ? ["cls_classifier", "distillation_classifier"] : ["classifier"]
    var naming = CheckpointNaming.huggingFace(root: "deit", heads: heads)
    naming.classifierClass = classTokenClass
    return (configuration, naming)
  }

  /// The pooler of `DeiTModel`, behind which no classifier stands.
  public static let ignoredTensors = ["deit.pooler.", "*.position_ids"]

  /// The image processor of DeiT: bicubic to 256 × 256, the middle 224 × 224, mean and standard deviation 0.5.
  public static let preprocessing = Preprocessing(
    resize: .exact(height: 256, width: 256), filter: .bicubic,
    crop: Preprocessing.CentreCrop(height: 224, width: 224), normalisation: .half)
}
