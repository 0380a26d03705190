import XAIWeights

/// What a model is that no family loads, as far as its configuration tells: for messages alone.
///
/// The names are those of `transformers` and timm; what isn't known here is said by its name only.
struct ForeignModel {
  /// What it is and why nothing here can explain it, after "it is"; nil where the name says nothing.
  let kind: String?
  /// Classes or names of the same architecture that load, each with its family's id; empty where there are none.
  let near: [String]

  init(_ directory: ModelDirectory, among families: [ArchitectureDescriptor]) {
    let config = directory.config
    func text(_ key: String) -> String? { (try? config.optionalString(key)).flatMap { $0 } }
    let classes = (try? config.optionalStrings("architectures")).flatMap { $0 } ?? []
    if let name = config.timmArchitecture {
      kind = Self.kind(ofTimm: name)
      near = families.flatMap { family in
        family.timmNames.filter { Self.stem($0) == Self.stem(name) }.map { "\($0) (\(family.id))" }
      }
      return
    }
    let type = text("model_type") ?? ""
    let sees = config.optionalValue("vision_config") != nil
    kind =
      classes.lazy.compactMap { Self.kind(ofClass: $0, seesImages: sees) }.first
      ?? Self.kind(ofType: type)
    let roots = Set(classes.map(Self.root))
    near = families.flatMap { family in
      family.huggingFaceClasses.filter { roots.contains(Self.root($0)) }.map { "\($0) (\(family.id))" }
    }
  }

  /// A class's name without what it is made for: `ViT` of `ViTForMaskedImageModeling`.
  private static func root(_ name: String) -> String {
    for end in ["For", "Model", "Backbone", "VisionModel", "With"] {
      if let range = name.firstRange(of: end), range.lowerBound > name.startIndex {
        return String(name[..<range.lowerBound])
      }
    }
    return name
  }

  /// The first part of a timm name: `swinv2` of `swinv2_tiny_window8_256`.
  private static func stem(_ name: String) -> Substring {
    name.prefix { $0 != "_" && $0 != "*" }
  }

  // MARK: - Kinds

  private static func kind(ofClass name: String, seesImages: Bool) -> String? {
    let tasks: [(ends: [String], kind: String)] = [
      (
        ["ForObjectDetection", "ForZeroShotObjectDetection"],
        "a detector, whose outputs are boxes and not classes of an image"
      ),
      (
        ["Segmentation", "SamModel", "Sam2Model", "SamHQModel", "ForMaskGeneration"],
        "a model for segmentation, whose outputs are masks and not classes of an image"
      ),
      (["ForDepthEstimation"], "a model for depth, whose outputs are pixels and not classes of an image"),
      (
        ["ForVideoClassification"], "a model of videos, and what is explained here are images"
      ),
      (
        ["ForPreTraining", "ForMaskedImageModeling"],
        "a model with what its pretraining needed in place of a classifier"
      ),
      (
        [
          "ForCausalLM", "ForMaskedLM", "LMHeadModel", "ForSequenceClassification", "ForTokenClassification",
          "ForQuestionAnswering", "ForMultipleChoice",
        ],
        "a language model, which sees no images"
      ),
      (
        ["ForConditionalGeneration", "ForVision2Seq", "ForImageTextToText"],
        seesImages
          ? "a language model that sees images and answers in words; its image tower alone, saved by itself, may load"
          : "a model that writes texts, which has no classes"
      ),
      (["ForCTC", "ForAudioClassification", "ForSpeechSeq2Seq"], "a model of sound, which sees no images"),
    ]
    return tasks.first { task in task.ends.contains { name.hasSuffix($0) } }?.kind
  }

  private static func kind(ofType type: String) -> String? {
    let kinds: [(types: [String], kind: String)] = [
      (
        [
          "convnext", "convnextv2", "resnet", "regnet", "bit", "efficientnet", "mobilenet_v1", "mobilenet_v2",
          "van", "focalnet", "dinov3_convnext", "hgnet_v2",
        ], convolutional
      ),
      (
        [
          "mobilevit", "mobilevitv2", "levit", "cvt", "pvt", "pvt_v2", "segformer", "efficientformer",
          "hiera",
          "swiftformer", "poolformer", "nat", "dinat",
        ], mixed
      ),
      (
        ["bert", "roberta", "distilbert", "gpt2", "llama", "mistral", "qwen2", "qwen3", "t5", "gemma"],
        "a language model, which sees no images"
      ),
      (
        ["sam", "sam2", "sam_hq"],
        "a model for segmentation, whose outputs are masks and not classes of an image"
      ),
    ]
    return kinds.first { $0.types.contains(type) }?.kind
  }

  private static func kind(ofTimm name: String) -> String? {
    func begins(_ starts: [String]) -> Bool { starts.contains { name.hasPrefix($0) } }
    if begins([
      "resnet", "resnext", "resnest", "seresnet", "convnext", "efficientnet", "tf_efficientnet", "mobilenet",
      "regnet", "densenet", "vgg", "inception", "dla", "rexnet", "nfnet", "dm_nfnet", "hrnet", "ghostnet",
      "wide_resnet", "xception", "darknet", "cspdarknet", "repvgg", "mnasnet",
    ]) {
      return convolutional
    }
    if begins(["mixer", "gmlp", "resmlp", "gmixer"]) { return "an MLP without attention" }
    if begins([
      "cait", "xcit", "levit", "coat", "pit", "crossvit", "tnt", "volo", "maxvit", "maxxvit", "coatnet",
      "mvitv2",
      "nest", "twins", "pvt", "efficientformer", "mobilevit", "fastvit", "hiera", "davit", "gcvit",
      "poolformer",
      "caformer", "tiny_vit", "visformer", "convit", "vision_transformer", "naflexvit", "samvit", "flexivit",
    ]) {
      return mixed
    }
    return nil
  }

  private static let convolutional = "a convolutional network, which has no attention to explain"
  private static let mixed =
    "a network of other layers than a plain vision transformer's, which no family here computes"
}
