public import XAICore
public import XAIImage
public import XAITransformer
public import XAIWeights

/// DINOv2, without registers and with them, with a classifier and without (Oquab and others 2024, arXiv 2304.07193; Darcet and others
/// 2024, arXiv 2309.16588).
public enum DINOv2: VisionTransformerArchitecture {
  public static let descriptor = ArchitectureDescriptor(
    id: "dinov2", title: "DINOv2",
    summary: "Self-supervised transformers with layer scale, with and without registers and classifier",
    huggingFaceClasses: [plainClass, registersClass, "Dinov2Model", "Dinov2WithRegistersModel"],
    timmNames: ["vit_*_dinov2", "vit_*_reg4_dinov2"],
    capabilities: VisionTransformer.capabilities,
    citation: Citation(
      authors: "Oquab et al.", title: "DINOv2: Learning Robust Visual Features without Supervision",
      venue: "TMLR", year: 2024, identifier: "arXiv:2304.07193"))

  private static let plainClass = "Dinov2ForImageClassification"
  private static let registersClass = "Dinov2WithRegistersForImageClassification"

  /// Whether the configuration is of one of the two classes or their backbones, or a timm `vit_*_dinov2`.
  public static func matches(_ directory: ModelDirectory) -> Bool {
    directory.isModel(
      types: ["dinov2", "dinov2_with_registers"], classes: descriptor.huggingFaceClasses
    ) { $0.hasPrefix("vit_") && $0.hasSuffix("_dinov2") }
  }

  /// What a `config.json` of `transformers` states, and its names.
  public static func huggingFace(
    _ directory: ModelDirectory
  ) throws -> (configuration: VisionTransformerConfiguration, naming: CheckpointNaming) {
    let classes = try directory.config.optionalStrings("architectures") ?? []
    let hasRegisters =
      try classes.contains { $0.hasPrefix("Dinov2WithRegisters") }
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

  /// What timm's `config.json` states and its weights tell, and its names.
  public static func timm(
    _ config: Configuration, _ weights: WeightStore
  ) throws -> (configuration: VisionTransformerConfiguration, naming: CheckpointNaming) {
    let configuration = try timmConfiguration(config, weights)
    return (configuration, .timm(for: configuration))
  }

  /// The token of masked patches.
  public static let ignoredTensors = ["*.embeddings.mask_token", "embeddings.mask_token"]

  /// `transformers` interpolates position embeddings by itself.
  public static let takesAnySize = true

  /// What the published checkpoints come with: bicubic, the shorter side to 256, the middle 224 × 224, ImageNet's mean
  /// and deviation.
  public static let preprocessing = Preprocessing(
    resize: .shortestEdge(256), filter: .bicubic,
    crop: Preprocessing.CentreCrop(height: 224, width: 224), normalisation: .imageNet)
}
