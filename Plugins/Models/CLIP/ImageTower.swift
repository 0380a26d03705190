import XAICore
import XAITensor
import XAITowers
import XAITransformer
import XAIWeights

/// The image tower of a checkpoint: its sizes and choices, and what its weights are called.
struct ImageTower {
  var configuration: VisionTransformerConfiguration
  var naming: CheckpointNaming

  /// The class of `transformers` that has a linear classifier, on the mean of the patches.
  static let classifierClass = "CLIPForImageClassification"

  /// What a checkpoint may have beside an image tower.
  static let ignoredTensors = [
    "text_model.", "text_projection.", "logit_scale", "*.position_ids", "text.", "text_projection",
    "transformer.", "token_embedding.", "positional_embedding", "ln_final.", "attn_mask", "visual.proj",
  ]

  /// Reads what a directory states, and what only its weights tell.
  ///
  /// - Parameter classes: those that the model is to have.
  init(_ directory: ModelDirectory, _ weights: WeightStore, _ classes: ClassSource?) throws {
    let config = directory.config
    switch directory.format {
    case .timm: try self.init(timm: config, weights, hasClasses: classes != nil)
    case .openCLIP:
      self = try ImageTower(own: OpenCLIP.imageTower(config))
      guard weights["logit_bias"] == nil else {
        throw VisionTransformerError.unsupported(
          file: weights.path, key: "tensor logit_bias", value: "that of a sigmoid for each pair",
          supported: "cosines with a logit_scale")
      }
    case .huggingFace:
      let named = try config.optionalStrings("architectures") ?? []
      try self.init(
        huggingFace: config,
        isClassifier: named.contains(Self.classifierClass)
          || (named.isEmpty && weights["classifier.weight"] != nil),
        isBare: weights["embeddings.class_embedding"] != nil)
    }
    guard case .cosine(_, _, let projectedWidth) = configuration.classifier, let classes else { return }
    if let scale = try weights.cosineScale() {
      let hasProjection = weights[naming.tensor(naming.projection, .weight)] != nil
      configuration.classifier = .cosine(scale: scale, projectedWidth: hasProjection ? projectedWidth : nil)
    } else {
      if case .features = classes { return }
      if case .vectors(let given) = classes, given.scale != nil { return }
      configuration.assumptions.append(
        "the checkpoint has no logit_scale: cosines are multiplied by \(Int(CosineHead.usualScale)), where CLIP's training ends"
      )
    }
  }

  private init(own parts: (configuration: VisionTransformerConfiguration, naming: CheckpointNaming)) {
    (configuration, naming) = parts
  }

  /// Reads a `config.json` of `transformers`: that of an image tower, or one of both towers with `vision_config`.
  ///
  /// - Parameters:
  ///   - isClassifier: whether the class has a linear classifier.
  ///   - isBare: whether names of weights begin behind `vision_model`, as those of `CLIPVisionModel` do.
  init(huggingFace config: Configuration, isClassifier: Bool, isBare: Bool = false) throws {
    let own = try config.section("vision_config") ?? config
    configuration = try VisionTransformerConfiguration(
      huggingFaceTower: own, patch: 32, epsilon: 1e-5, mlp: .quickGELU)
    configuration.hasEmbeddingNorm = true
    configuration.hasPatchBias = false
    let root = isBare ? "" : "vision_model."
    naming = .huggingFaceTower("clip", root: root, prefix: [.classToken: "\(root)embeddings.class_embedding"])
    naming.embeddingNorm = "\(root)pre_layrnorm"
    naming.projection = "visual_projection"
    if isClassifier {
      configuration.classCount = try VisionTransformerConfiguration.classCount(huggingFace: config)
      (configuration.readout, configuration.finalNorm) = (.meanOfPatches, .unused)
      naming.heads = ["classifier"]
    } else {
      let projectedWidth = try config.optionalInteger("projection_dim", in: 1...65_536) ?? 512
      configuration.classifier = .cosine(
        scale: CosineHead.usualScale, projectedWidth: isBare ? nil : projectedWidth)
      // `validate` wants a number of classes; the request has the true one.
      configuration.classCount = 1
      naming.reasonAgainstClassifier =
        "has no classifier, and the class of transformers that has one reads other tokens; train a "
        + Self.classifierClass
    }
    try configuration.validate(file: own.file)
    try configuration.checkHasSquareGrid(file: own.file)
  }

  /// Reads timm's `config.json` and what its weights tell.
  ///
  /// timm keeps the projection of a CLIP that was not fine-tuned as its classifier, with a bias of zeros and without names of
  /// classes.
  ///
  /// - Parameter hasClasses: whether classes are asked for, with which the projected features are compared.
  init(timm config: Configuration, _ weights: WeightStore, hasClasses: Bool) throws {
    configuration = try VisionTransformerConfiguration(timm: config, weights: weights)
    naming = CheckpointNaming.timm(for: configuration, weights)
    let hasNames = ["label_names", "pretrained_cfg.label_names"].contains { config.optionalValue($0) != nil }
    guard configuration.classifier == .linear, !hasNames, weights["head.bias"] != nil,
      try weights.tensor("head.bias").elements.allSatisfy({ $0 == 0 }),
      try weights.tensor("head.weight").elements.contains(where: { $0 != 0 })
    else { return }
    let width = configuration.classCount
    configuration.assumptions.append(
      "its head, whose bias is zero and whose outputs have no names, is taken for the projection to the \(width) elements of "
        + "CLIP's space, not for \(width) classes")
    configuration.classifier = .none
    configuration.classCount = 0
    guard hasClasses else { return }
    configuration.classifier = .cosine(scale: CosineHead.usualScale, projectedWidth: width)
    (naming.projection, naming.heads) = ("head", ["class_vectors"])
  }
}
