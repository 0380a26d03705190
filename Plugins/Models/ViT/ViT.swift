public import XAICore
public import XAIImage
public import XAITransformer
public import XAIWeights

/// The Vision Transformer (Dosovitskiy and others 2021, arXiv 2010.11929).
public enum ViT: VisionTransformerArchitecture {
  public static let descriptor = ArchitectureDescriptor(
    id: "vit", title: "Vision Transformer",
    summary: "Plain vision transformers with a class token, registers, or mean-pooled patches",
    huggingFaceClasses: [classifierClass, "ViTModel", "ViTMSNForImageClassification", "ViTMSNModel"]
      + autoencoderClasses,
    timmNames: ["vit_*", "eva*"],
    capabilities: VisionTransformer.capabilities,
    leftOut:
      "patches from a convolutional network, norms by root mean squares, differences of attention",
    citation: Citation(
      authors: "Dosovitskiy et al.",
      title: "An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale", venue: "ICLR",
      year: 2021, identifier: "arXiv:2010.11929"))

  private static let classifierClass = "ViTForImageClassification"
  /// The encoder of a masked autoencoder (He and others 2022, arXiv 2111.06377), alone and with its decoder.
  private static let autoencoderClasses = ["ViTMAEModel", "ViTMAEForPreTraining"]

  /// Whether the configuration is a `ViTForImageClassification`, its backbone `ViTModel`, one of the masked ones, whose blocks are
  /// the same, or of a timm name that begins with `vit` or `eva`; those that are another kind of model are refused with the reason.
  public static func matches(_ directory: ModelDirectory) -> Bool {
    directory.isModel(types: ["vit", "vit_mae", "vit_msn"], classes: descriptor.huggingFaceClasses) { name in
      ["vit", "eva"].contains { name.hasPrefix($0) }
    }
  }

  /// A plain vision transformer that reads the class token.
  ///
  /// Masked autoencoders and masked siamese networks (Assran and others 2022, arXiv 2204.07141) differ from it in how they were
  /// trained, and the latter in the ε that an absent key stands for.
  public static func huggingFace(
    _ directory: ModelDirectory
  ) throws -> (configuration: VisionTransformerConfiguration, naming: CheckpointNaming) {
    let config = directory.config
    let named = try config.optionalStrings("architectures") ?? []
    let type = try config.optionalString("model_type")
    func isKind(_ prefix: String, type ofKind: String) -> Bool {
      named.isEmpty ? type == ofKind : named.contains { $0.hasPrefix(prefix) }
    }
    var configuration = try VisionTransformerConfiguration(
      huggingFace: config, prefix: [.classToken], readout: .classToken,
      epsilon: isKind("ViTMSN", type: "vit_msn") ? 1e-6 : 1e-12)
    if isKind("ViTMAE", type: "vit_mae") {
      // Its names may have the root of a model with a classifier, and it has none.
      (configuration.classifier, configuration.classCount) = (.none, 0)
      configuration.assumptions.append(
        "it is the encoder of a masked autoencoder, which sees all patches here: nothing is masked, and the decoder is left out"
      )
    }
    var naming = CheckpointNaming.huggingFace(root: "vit")
    naming.classifierClass = classifierClass
    return (configuration, naming)
  }

  /// The pooler of `ViTModel`, behind which no classifier stands, the decoder of a masked autoencoder, and the attention pooling of
  /// a SigLIP that is read at the mean.
  public static let ignoredTensors = ["vit.pooler.", "decoder.", "*.position_ids", "attn_pool."]

  /// The image processor of ViT: bilinear to exactly 224 × 224, mean and standard deviation 0.5.
  public static let preprocessing = Preprocessing(
    resize: .exact(height: 224, width: 224), normalisation: .half)
}
