import XAI

/// A zero-shot classifier, whose classes are vectors that it is given: embeddings of their names, for example, by the text
/// model that it was trained with.
///
/// Source: Radford et al. 2021 (arXiv 2103.00020).
///
/// Logits are scale · cos(P·f, v), f the class token's features behind the last norm, P the checkpoint's
/// `visual_projection` and v the vector of a class. Gradients, rules, removal of patches and heads, readouts of single layers
/// and other input sizes are those of every vision transformer.
public enum ZeroShotViT: ModelArchitecture {
  public static let descriptor = ArchitectureDescriptor(
    id: "zero-shot-vit", title: "Zero-shot Vision Transformer",
    summary: "Vision transformers whose classes are vectors, given when they are loaded",
    huggingFaceClasses: [className], timmNames: [],
    capabilities: VisionTransformer.capabilities,
    citation: Citation(
      authors: "Radford et al.",
      title: "Learning Transferable Visual Models From Natural Language Supervision", venue: "ICML",
      year: 2021, identifier: "arXiv:2103.00020"))

  private static let className = "ZeroShotVisionTransformer"

  /// Whether the configuration names the class.
  public static func matches(_ directory: ModelDirectory) -> Bool {
    directory.isModel(type: "zero-shot-vit", classes: [className], timmPrefix: "zero-shot")
  }

  /// Loads a model with the classes of the request; without any it is a backbone.
  ///
  /// A checkpoint that began as a classifier may still have its `classifier.*`.
  public static func load(_ directory: ModelDirectory, _ request: LoadRequest) throws -> any Model {
    try request.checkOptions(family: descriptor.id)
    return try VisionTransformer(
      loading: directory, architecture: descriptor.id, configuration: configuration(directory),
      weights: directory.weights(), naming: naming, ignoring: ["classifier."], preprocessing: preprocessing,
      request)
  }

  /// The sizes that the directory states, a cosine behind them.
  public static func configuration(_ directory: ModelDirectory) throws -> VisionTransformerConfiguration {
    var configuration = try VisionTransformerConfiguration(
      huggingFace: directory.config, prefix: [.classToken], readout: .classToken)
    configuration.classifier = .cosine(
      scale: Float(try directory.config.optionalDouble("logit_scale") ?? 100),
      projectedWidth: try directory.config.optionalInteger("projection_dim") ?? 512)
    return configuration
  }

  /// What its checkpoints call things.
  public static var naming: CheckpointNaming {
    var naming = CheckpointNaming.huggingFace(root: "zero-shot-vit", heads: ["classes"])
    naming.projection = "visual_projection"
    return naming
  }

  private static let preprocessing = Preprocessing(
    resize: .shortestEdge(224), filter: .bicubic,
    crop: Preprocessing.CentreCrop(height: 224, width: 224), normalisation: .half)
}
