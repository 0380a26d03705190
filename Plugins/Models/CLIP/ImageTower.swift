import XAICore
import XAIFoundation
import XAITensor
import XAITransformer
import XAIWeights

/// The image tower of a checkpoint: its sizes and choices, and what its weights are called.
struct ImageTower {
  var configuration: VisionTransformerConfiguration
  var naming: CheckpointNaming

  init(configuration: VisionTransformerConfiguration, naming: CheckpointNaming) {
    (self.configuration, self.naming) = (configuration, naming)
  }

  /// The class of `transformers` that has a linear classifier, on the mean of the patches.
  static let classifierClass = "CLIPForImageClassification"

  /// What a checkpoint may have beside an image tower.
  static let ignoredTensors =
    ["text_model.", "text_projection.", "logit_scale", "*.position_ids"] + [
      "text.", "text_projection", "transformer.", "token_embedding.", "positional_embedding", "ln_final.",
      "attn_mask", "visual.proj",
    ]

  /// Reads what a directory states, and what only its weights tell.
  ///
  /// - Parameter classes: those that the model is to have.
  init(_ directory: ModelDirectory, _ weights: WeightStore, _ classes: ClassSource?) throws {
    switch directory.format {
    case .timm: try self.init(timm: directory.config, weights, hasClasses: classes != nil)
    case .openCLIP:
      self = try OpenCLIP.imageTower(directory.config)
      guard weights["logit_bias"] == nil else {
        throw VisionTransformerError.unsupported(
          file: weights.path, key: "tensor logit_bias", value: "that of a sigmoid for each pair",
          supported: "cosines with a logit_scale")
      }
    case .huggingFace:
      let named = try directory.config.optionalStrings("architectures") ?? []
      let isClassifier =
        named.contains(Self.classifierClass) || (named.isEmpty && weights["classifier.weight"] != nil)
      let isBare = weights["embeddings.class_embedding"] != nil
      try self.init(huggingFace: directory.config, isClassifier: isClassifier, isBare: isBare)
    }
    guard case .cosine(_, _, let projectedWidth) = configuration.classifier, let classes else { return }
    if let scale = try Self.scale(weights) {
      let hasProjection = weights[naming.tensor(naming.projection, .weight)] != nil
      configuration.classifier = .cosine(scale: scale, projectedWidth: hasProjection ? projectedWidth : nil)
    } else {
      if case .features = classes { return }
      if case .vectors(let given) = classes, given.scale != nil { return }
      configuration.assumptions.append(
        "the checkpoint has no logit_scale: cosines are multiplied by \(Int(Self.usualScale)), where CLIP's training ends"
      )
    }
  }

  /// What cosines are multiplied by where a checkpoint doesn't say it: where the training clips it (section 2.5).
  static let usualScale: Float = 100

  /// e to the logit scale, which checkpoints of both towers have.
  private static func scale(_ weights: WeightStore) throws -> Float? {
    guard let stored = weights["logit_scale"] else { return nil }
    guard stored.shape.count == 1, let scale = try weights.tensor("logit_scale").elements.first,
      exponential(Double(scale)).isFinite
    else {
      throw VisionTransformerError.contradiction(
        file: weights.path, reason: "logit_scale is no number whose exponential is one")
    }
    return Float(exponential(Double(scale)))
  }
}

// MARK: - Hugging Face

extension ImageTower {
  /// Reads a `config.json` of `transformers`: that of an image tower, or one of both towers with `vision_config`.
  ///
  /// - Parameters:
  ///   - isClassifier: whether the class has a linear classifier.
  ///   - isBare: whether names of weights begin behind `vision_model`, as those of `CLIPVisionModel` do.
  init(huggingFace config: Configuration, isClassifier: Bool, isBare: Bool = false) throws {
    let own = try config.section("vision_config") ?? config
    let image = try own.optionalIntegerPair("image_size") ?? (224, 224)
    let patch = try own.optionalIntegerPair("patch_size") ?? (32, 32)
    let channels = try own.optionalInteger("num_channels") ?? 3
    guard channels == 3 else {
      throw own.unsupported("num_channels", value: "\(channels)", supported: "3")
    }
    configuration = VisionTransformerConfiguration(
      imageHeight: image.height, imageWidth: image.width, patchHeight: patch.height, patchWidth: patch.width,
      width: try own.optionalInteger("hidden_size") ?? 768,
      depth: try own.optionalInteger("num_hidden_layers") ?? 12,
      headCount: try own.optionalInteger("num_attention_heads") ?? 12,
      mlpWidth: try own.optionalInteger("intermediate_size") ?? 3072,
      epsilon: Float(try own.optionalDouble("layer_norm_eps") ?? 1e-5),
      classCount: isClassifier ? try VisionTransformerConfiguration.classCount(huggingFace: config) : 0,
      readout: isClassifier ? .meanOfPatches : .classToken, finalNorm: isClassifier ? .unused : .onTokens)
    configuration.hasEmbeddingNorm = true
    configuration.hasPatchBias = false
    configuration.mlp = try VisionTransformerConfiguration.MLP(huggingFace: own, standard: "quick_gelu")
    naming = Self.huggingFaceNaming(root: isBare ? "" : "vision_model.")
    if isClassifier {
      naming.heads = ["classifier"]
    } else {
      let projectedWidth = try config.optionalInteger("projection_dim", in: 1...65_536) ?? 512
      configuration.classifier = .cosine(
        scale: Self.usualScale, projectedWidth: isBare ? nil : projectedWidth)
      // `validate` wants a number of classes; the request has the true one.
      configuration.classCount = 1
      naming.reasonAgainstClassifier =
        "has no classifier, and the class of transformers that has one reads other tokens; train a "
        + Self.classifierClass
    }
    try configuration.validate(file: own.file)
    try configuration.checkHasSquareGrid(file: own.file)
  }

  /// What `transformers` calls the weights.
  private static func huggingFaceNaming(root: String) -> CheckpointNaming {
    var naming = CheckpointNaming(
      patch: "\(root)embeddings.patch_embedding", prefix: [.classToken: "\(root)embeddings.class_embedding"],
      positions: "\(root)embeddings.position_embedding.weight",
      block: { .huggingFaceCLIP("\(root)encoder.layers.\($0)") }, finalNorm: "\(root)post_layernorm",
      heads: ["class_vectors"])
    naming.modelType = "clip"
    naming.tokenTensors = .plain
    naming.embeddingNorm = "\(root)pre_layrnorm"
    naming.projection = "visual_projection"
    return naming
  }
}

// MARK: - timm

extension ImageTower {
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
    configuration.classifier = .cosine(scale: Self.usualScale, projectedWidth: width)
    (naming.projection, naming.heads) = ("head", ["class_vectors"])
  }
}
