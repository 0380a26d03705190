import XAICore
import XAIFoundation
import XAITensor
import XAITransformer
import XAIWeights

/// The image tower of a checkpoint: its sizes and choices, its weights, and what they are called.
struct ImageTower {
  var configuration: VisionTransformerConfiguration
  var naming: CheckpointNaming
  /// Those that the naming names.
  var weights: WeightStore
  /// Those of the whole checkpoint.
  let all: WeightStore

  /// The class of `transformers` that has a linear classifier, on the mean of the patches.
  static let classifierClass = "SiglipForImageClassification"

  /// Those whose grid follows each image.
  static let variableGridClasses = ["Siglip2Model", "Siglip2VisionModel", "Siglip2ForImageClassification"]

  /// What a checkpoint may have beside an image tower: the rest of both towers, and a pooling that isn't read.
  static let ignoredTensors = [
    "text_model.", "logit_scale", "logit_bias", "*.position_ids", "vision_model.head.", "head.attention.",
    "head.probe", "head.layernorm.", "head.mlp.", "attn_pool.",
  ]

  /// Reads what a directory states, and what only its weights tell.
  init(_ directory: ModelDirectory, _ all: WeightStore) throws {
    (self.all, weights) = (all, all)
    let config = directory.config
    switch directory.format {
    case .timm: (configuration, naming) = try Self.timm(config, all)
    case .openCLIP:
      weights = all.below(OpenCLIP.trunk)
      (configuration, naming) = try Self.timm(OpenCLIP.timmConfiguration(config), weights)
    case .huggingFace:
      let named = try config.optionalStrings("architectures") ?? []
      let type = try config.optionalString("model_type") ?? ""
      guard !named.contains(where: Self.variableGridClasses.contains), !type.hasPrefix("siglip2") else {
        throw config.unsupported(
          "architectures",
          value: "'\(named.first ?? type)', SigLIP 2's NaFlex, whose grid follows the shape of each image",
          supported:
            "checkpoints of SigLIP 2 for one size, whose class is SiglipModel, such as siglip2-base-patch16-224"
        )
      }
      let isClassifier =
        named.contains(Self.classifierClass) || (named.isEmpty && all["classifier.weight"] != nil)
      (configuration, naming) = try Self.huggingFace(
        config, isClassifier: isClassifier, isBare: all["embeddings.patch_embedding.weight"] != nil)
    }
  }

  // MARK: - Scale and bias

  /// What cosines are multiplied by where a checkpoint doesn't say it, without a bias, as with any other backbone.
  private static let usualScale: Float = 100

  /// Reads scale and bias of the logits, which checkpoints of both towers have.
  ///
  /// - Parameter classes: those that were asked for, which may have a scale of their own.
  mutating func readScale(_ classes: ClassSource?) throws {
    guard configuration.classifier != .linear else { return }
    let (scale, bias) = (try number("logit_scale"), try number("logit_bias"))
    guard let scale, let bias else {
      let given: Float? =
        switch classes {
        case .vectors(let vectors): vectors.scale
        case .images(let images): images.scale
        default: nil
        }
      configuration.classifier = .cosine(scale: Self.usualScale)
      let what = bias == nil ? scale == nil ? "logit_scale and no logit_bias" : "logit_bias" : "logit_scale"
      configuration.assumptions.append(
        "the checkpoint has no \(what): cosines are multiplied by \(given ?? Self.usualScale), and the classes share a softmax in place of a "
          + "sigmoid each; a checkpoint of both towers has SigLIP's own")
      return
    }
    let factor = Float(exponential(Double(scale)))
    guard factor.isFinite, bias.isFinite else {
      throw VisionTransformerError.contradiction(
        file: all.path, reason: "logit_scale is \(scale) and logit_bias \(bias), which make no logits")
    }
    configuration.classifier = .cosine(scale: factor, bias: bias)
  }

  private func number(_ name: String) throws -> Float? {
    guard let stored = all[name] else { return nil }
    guard stored.shape.count == 1 else {
      throw VisionTransformerError.contradiction(
        file: all.path, reason: "\(name) has \(stored.shape.count) numbers, and must be one")
    }
    return try all.tensor(name).elements[0]
  }
}

// MARK: - Hugging Face

extension ImageTower {
  typealias Parts = (configuration: VisionTransformerConfiguration, naming: CheckpointNaming)

  /// Reads a `config.json` of `transformers`: that of an image tower, or one of both towers with `vision_config`.
  ///
  /// - Parameters:
  ///   - isClassifier: whether the class has a linear classifier.
  ///   - isBare: whether names of weights begin behind `vision_model`, as those of `SiglipVisionModel` do.
  static func huggingFace(_ config: Configuration, isClassifier: Bool, isBare: Bool) throws -> Parts {
    let own = try config.section("vision_config") ?? config
    let channels = try own.optionalInteger("num_channels") ?? 3
    guard channels == 3 else {
      throw own.unsupported("num_channels", value: "\(channels)", supported: "3")
    }
    guard try isClassifier || own.optionalBool("vision_use_head") ?? true else {
      throw own.unsupported(
        "vision_use_head", value: "false",
        supported: "towers with an attention pooling, and \(classifierClass)")
    }
    let image = try own.optionalIntegerPair("image_size") ?? (224, 224)
    let patch = try own.optionalIntegerPair("patch_size") ?? (16, 16)
    var configuration = VisionTransformerConfiguration(
      imageHeight: image.height, imageWidth: image.width, patchHeight: patch.height, patchWidth: patch.width,
      width: try own.optionalInteger("hidden_size") ?? 768,
      depth: try own.optionalInteger("num_hidden_layers") ?? 12,
      headCount: try own.optionalInteger("num_attention_heads") ?? 12,
      mlpWidth: try own.optionalInteger("intermediate_size") ?? 3072,
      epsilon: Float(try own.optionalDouble("layer_norm_eps") ?? 1e-6),
      classCount: isClassifier ? try VisionTransformerConfiguration.classCount(huggingFace: config) : 0,
      prefix: [], readout: isClassifier ? .meanOfPatches : .attentionPooling, positions: .patches)
    configuration.mlp = try VisionTransformerConfiguration.MLP(
      huggingFace: own, standard: "gelu_pytorch_tanh")
    var naming = naming(root: isBare ? "" : "vision_model.")
    if isClassifier {
      naming.heads = ["classifier"]
      if try own.optionalBool("vision_use_head") ?? true {
        naming.unread = naming.poolingTensors(configuration)
      }
    } else {
      configuration.pooling = AttentionPooling(
        headCount: configuration.headCount, mlpWidth: configuration.mlpWidth, mlp: configuration.mlp)
      configuration.classifier = .none
      naming.reasonAgainstClassifier =
        "has no classifier, and the class of transformers that has one reads the mean of the patches; train a "
        + classifierClass
    }
    try configuration.validate(file: own.file)
    try configuration.checkHasSquareGrid(file: own.file)
    return (configuration, naming)
  }

  /// What `transformers` calls the weights.
  private static func naming(root: String) -> CheckpointNaming {
    let norm = "\(root)post_layernorm"
    var naming = CheckpointNaming(
      patch: "\(root)embeddings.patch_embedding", prefix: [:],
      positions: "\(root)embeddings.position_embedding.weight",
      block: { .huggingFaceCLIP("\(root)encoder.layers.\($0)") }, finalNorm: norm, heads: ["class_vectors"]
    ) { owner, parameter in
      // PyTorch's attention has `in_proj_weight` and `in_proj_bias`.
      owner.hasSuffix(".in_proj") ? "\(owner)_\(parameter.rawValue)" : "\(owner).\(parameter.rawValue)"
    }
    naming.modelType = "siglip"
    naming.tokenTensors = .plain
    naming.probe = "\(root)head.probe"
    naming.pooling = CheckpointNaming.Block(
      firstNorm: norm, queryKeyValue: ["\(root)head.attention.in_proj"],
      projection: "\(root)head.attention.out_proj", secondNorm: "\(root)head.layernorm",
      expansion: "\(root)head.mlp.fc1", contraction: "\(root)head.mlp.fc2")
    return naming
  }
}

extension CheckpointNaming {
  /// The tensors of the pooling, which `transformers` expects where it isn't read, too.
  fileprivate func poolingTensors(_ sizes: VisionTransformerConfiguration) -> [UnreadTensor] {
    guard let pooling else { return [] }
    let (width, hidden) = (sizes.width, sizes.mlpWidth)
    let layers: [(name: String, outputs: Int, inputs: Int)] = [
      (pooling.queryKeyValue[0], 3 * width, width), (pooling.projection, width, width),
      (pooling.expansion, hidden, width), (pooling.contraction, width, hidden),
    ]
    return [UnreadTensor(probe, [1, 1, width])]
      + layers.flatMap {
        [
          UnreadTensor(tensor($0.name, .weight), [$0.outputs, $0.inputs]),
          UnreadTensor(tensor($0.name, .bias), [$0.outputs]),
        ]
      }
      + [Parameter.weight, .bias].map { UnreadTensor(tensor(pooling.secondNorm, $0), [width]) }
  }
}

// MARK: - timm

extension ImageTower {
  /// Reads timm's configuration and what its weights tell.
  ///
  /// Without a classifier what is read is in SigLIP's space: class vectors need no projection.
  static func timm(_ config: Configuration, _ weights: WeightStore) throws -> Parts {
    let configuration = try VisionTransformerConfiguration(timm: config, weights: weights, pooling: "map")
    var naming = CheckpointNaming.timm(for: configuration, weights)
    if configuration.classifier == .none { naming.heads = ["class_vectors"] }
    return (configuration, naming)
  }
}
