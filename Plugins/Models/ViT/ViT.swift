public import XAICore
public import XAIImage
public import XAITransformer
public import XAIWeights

/// The Vision Transformer (Dosovitskiy and others 2021, arXiv 2010.11929).
public enum ViT: VisionTransformerArchitecture {
  public static let descriptor = ArchitectureDescriptor(
    id: "vit", title: "Vision Transformer",
    summary: "Plain vision transformers with a class token, registers, or mean-pooled patches",
    huggingFaceClasses: ["ViTForImageClassification", "ViTModel"], timmNames: ["vit_*", "eva*"],
    capabilities: VisionTransformer.capabilities,
    leftOut:
      "patches from a convolutional network, attention pooling, norms by root mean squares, differences of attention",
    citation: Citation(
      authors: "Dosovitskiy et al.",
      title: "An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale", venue: "ICLR",
      year: 2021, identifier: "arXiv:2010.11929"))

  /// Whether the configuration is a `ViTForImageClassification`, its backbone `ViTModel`, or of a timm name that begins with
  /// `vit` or `eva`; those that are another kind of model are refused with the reason.
  public static func matches(_ directory: ModelDirectory) -> Bool {
    directory.isModel(types: ["vit"], classes: descriptor.huggingFaceClasses) { name in
      ["vit", "eva"].contains { name.hasPrefix($0) }
    }
  }

  /// A plain vision transformer that reads the class token.
  public static func huggingFace(
    _ directory: ModelDirectory
  ) throws -> (configuration: VisionTransformerConfiguration, naming: CheckpointNaming) {
    let configuration = try VisionTransformerConfiguration(
      huggingFace: directory.config, prefix: [.classToken], readout: .classToken)
    return (configuration, .huggingFace(root: "vit"))
  }

  /// The pooler of `ViTModel`, behind which no classifier stands, and the attention pooling of a SigLIP that is read at the mean.
  public static let ignoredTensors = ["vit.pooler.", "*.position_ids", "attn_pool."]

  /// The image processor of ViT: bilinear to exactly 224 × 224, mean and standard deviation 0.5.
  public static let preprocessing = Preprocessing(
    resize: .exact(height: 224, width: 224), normalisation: .half)
}
