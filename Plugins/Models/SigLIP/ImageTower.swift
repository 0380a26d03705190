import XAICore
import XAITensor
import XAITowers
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

  /// Reads scale and bias of the logits, which checkpoints of both towers have.
  ///
  /// - Parameter classes: those that were asked for, which may have a scale of their own.
  mutating func readScale(_ classes: ClassSource?) throws {
    guard configuration.classifier != .linear else { return }
    let (scale, bias) = (try all.cosineScale(), try all.cosineBias())
    guard let scale, let bias else {
      let given: Float? =
        switch classes {
        case .vectors(let vectors): vectors.scale
        case .images(let images): images.scale
        default: nil
        }
      configuration.classifier = .cosine(scale: CosineHead.usualScale)
      let what = bias == nil ? scale == nil ? "logit_scale and no logit_bias" : "logit_bias" : "logit_scale"
      configuration.assumptions.append(
        "the checkpoint has no \(what): cosines are multiplied by \(given ?? CosineHead.usualScale), and the classes share a softmax in place of a "
          + "sigmoid each; a checkpoint of both towers has SigLIP's own")
      return
    }
    configuration.classifier = .cosine(scale: scale, bias: bias)
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
    guard try isClassifier || own.optionalBool("vision_use_head") ?? true else {
      throw own.unsupported(
        "vision_use_head", value: "false",
        supported: "towers with an attention pooling, and \(classifierClass)")
    }
    var configuration = try VisionTransformerConfiguration(
      huggingFaceTower: own, patch: 16, epsilon: 1e-6, mlp: .tanhGELU)
    (configuration.prefix, configuration.positions) = ([], .patches)
    var naming = naming(root: isBare ? "" : "vision_model.")
    if isClassifier {
      configuration.classCount = try VisionTransformerConfiguration.classCount(huggingFace: config)
      configuration.readout = .meanOfPatches
      naming.heads = ["classifier"]
      if try own.optionalBool("vision_use_head") ?? true {
        naming.unread = naming.poolingTensors(configuration)
      }
    } else {
      configuration.readout = .attentionPooling
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
    var naming = CheckpointNaming.huggingFaceTower("siglip", root: root, prefix: [:])
    naming.probe = "\(root)head.probe"
    naming.pooling = CheckpointNaming.Block(
      firstNorm: naming.finalNorm, queryKeyValue: ["\(root)head.attention.in_proj"],
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
