package import XAICore
import XAIImage
public import XAITensor
import XAIWeights

extension VisionTransformer {
  /// `config.json`, and for Hugging Face's format `preprocessor_config.json`: what the model was loaded with, with its
  /// present classes, in the form that `transformers` and timm read.
  ///
  /// - Throws: `ModelError.notTrainable` for a model that came from no directory, and for a preprocessing that Hugging
  ///   Face's image processors don't know.
  public func configurationFiles() throws -> [String: String] {
    guard configuration.classifier == .linear else {
      throw ModelError.notTrainable(
        model: descriptor.name,
        reason: configuration.classifier == .none
          ? "it is a backbone, and a model that is written has a classifier; give it new classes"
          : "its classes are vectors, for which the library's configuration has no place")
    }
    if let reason = naming.reasonAgainstClassifier {
      throw ModelError.notTrainable(model: descriptor.name, reason: "it \(reason)")
    }
    return try ConfigurationFiles(
      of: descriptor, source: source, modelType: naming.modelType ?? descriptor.architecture,
      classifierClass: naming.classifierClass, epsilon: configuration.epsilon,
      size: (configuration.imageHeight, configuration.imageWidth)
    ).files()
  }

  /// What nothing is made of, such as the token of masked patches, as it was read, or zeros; empty where the library's class has
  /// nothing of the kind.
  public var unreadTensors: [String: Tensor] {
    naming.allUnread.reduce(into: [:]) { tensors, tensor in
      tensors[tensor.name] = source?.unread[tensor.name] ?? Tensor(repeating: 0, tensor.shape)
    }
  }
}

/// The files of a written model's directory beside its weights.
package struct ConfigurationFiles {
  private let descriptor: ModelDescriptor
  private let source: DirectorySource?
  private let modelType: String
  private let classifierClass: String?
  private let epsilon: Float
  private let size: (height: Int, width: Int)

  /// States whose files they are.
  ///
  /// - Parameters:
  ///   - descriptor: the model.
  ///   - source: the configuration that it was loaded with; nil where there was none.
  ///   - modelType: what `transformers` knows the model by, for a configuration that names its class alone.
  ///   - classifierClass: its class with a classifier, for the configuration of a backbone that got one; nil where there is none.
  ///   - epsilon: that of layer norms.
  ///   - size: the model's own, for a preprocessing that ends in none.
  package init(
    of descriptor: ModelDescriptor, source: DirectorySource?, modelType: String, classifierClass: String?,
    epsilon: Float, size: (height: Int, width: Int)
  ) {
    self.descriptor = descriptor
    self.source = source
    self.modelType = modelType
    self.classifierClass = classifierClass
    self.epsilon = epsilon
    self.size = size
  }

  /// The files by their names, as text.
  package func files() throws(ModelError) -> [String: String] {
    guard let source else {
      throw ModelError.notTrainable(
        model: descriptor.name,
        reason: "it was made without a directory, so there is no configuration to write it with")
    }
    switch source.format {
    case .huggingFace:
      guard let steps = descriptor.preprocessing.huggingFaceMembers else {
        throw ModelError.notTrainable(
          model: descriptor.name,
          reason:
            "its preprocessing can't be written as a preprocessor_config.json; use an exact resize or the "
            + "shortest edge, and margins that round down")
      }
      return [
        "config.json": huggingFaceConfiguration(source).jsonText,
        "preprocessor_config.json": preprocessorConfiguration(source, steps).jsonText,
      ]
    case .timm:
      return ["config.json": timmConfiguration(source).jsonText]
    case .openCLIP:
      throw ModelError.notTrainable(
        model: descriptor.name, reason: "OpenCLIP's configuration has no place for a classifier")
    }
  }

  /// What `transformers` computes in.
  ///
  /// Narrow weights are for storage: widened there as they are here, they give the same logits.
  private static let computedIn = JSONValue.string("float32")

  // MARK: - Hugging Face

  private func huggingFaceConfiguration(_ source: DirectorySource) -> JSONValue {
    var config = source.config
    // Where the model came from, who wrote it, and what its old classes were made for.
    let outdated = [
      "_name_or_path", "transformers_version", "torch_dtype", "problem_type", "num_labels", "num_classes",
    ]
    for key in outdated { config[key] = nil }
    // A file may name its class alone, by which `transformers` wouldn't know it.
    if config["model_type"] == nil {
      config["model_type"] = .string(modelType)
    }
    nameClassifier(in: &config)
    config["problem_type"] = descriptor.problemType.map { .string($0) }
    config["dtype"] = Self.computedIn
    config["id2label"] = .object(
      Dictionary(
        uniqueKeysWithValues: descriptor.labels.enumerated().map { (String($0.offset), .string($0.element)) })
    )
    config["label2id"] = .object(
      Dictionary(descriptor.labels.enumerated().map { ($0.element, .integer($0.offset)) }) { first, _ in first
      })
    return .object(config)
  }

  /// Makes the configuration of a backbone that of the library's class with a classifier.
  ///
  /// A masked autoencoder's and a masked siamese network's become a plain vision transformer's, whose blocks are theirs; its
  /// ε is stated, since an absent one means another there.
  private func nameClassifier(in config: inout [String: JSONValue]) {
    guard let classifierClass else { return }
    var named: [JSONValue] = []
    if case .array(let classes)? = config["architectures"] { named = classes }
    let hasClassifier = named.contains {
      if case .string(let name) = $0 { name.contains("ForImageClassification") } else { false }
    }
    guard !hasClassifier, !named.isEmpty || config["model_type"] != .string(modelType) else { return }
    config["architectures"] = .array([.string(classifierClass)])
    guard config["model_type"] != .string(modelType) else { return }
    config["model_type"] = .string(modelType)
    config["layer_norm_eps"] = epsilon.decimal
    for key in config.keys where key.hasPrefix("decoder_") || ["mask_ratio", "norm_pix_loss"].contains(key) {
      config[key] = nil
    }
  }

  private func preprocessorConfiguration(
    _ source: DirectorySource, _ steps: [String: JSONValue]
  ) -> JSONValue {
    var config = source.preprocessor
    for key in Preprocessing.huggingFaceKeys { config[key] = nil }
    return .object(config.merging(steps) { _, step in step })
  }

  // MARK: - timm

  /// timm's own layout: classes and their names at the root, preprocessing in `pretrained_cfg`, and arguments of the
  /// architecture without the classes, which both timm and `transformers` pass themselves.
  private func timmConfiguration(_ source: DirectorySource) -> JSONValue {
    var config = source.config
    var pretrained = config["pretrained_cfg"]?.members ?? [:]
    if config["pretrained_cfg"] == nil {
      // An older file is a `pretrained_cfg` itself.
      let own: Set = ["architecture", "num_features", "global_pool", "model_args", "model_type"]
      pretrained = config.filter { !own.contains($0.key) }
      config = config.filter { own.contains($0.key) }
    }
    for key in ["label_names", "label_descriptions", "url", "file", "hf_hub_id", "hf_hub_filename"] {
      pretrained[key] = nil
    }
    let classCount = JSONValue.integer(descriptor.classCount)
    pretrained["num_classes"] = classCount
    let size = descriptor.preprocessing.inputSize ?? size
    pretrained["input_size"] = .array([3, size.height, size.width].map { .integer($0) })
    config["pretrained_cfg"] = .object(pretrained)
    config["num_classes"] = classCount
    config["dtype"] = Self.computedIn
    config["label_names"] = .array(descriptor.labels.map { .string($0) })
    config["label_descriptions"] = nil
    if var arguments = config["model_args"]?.members {
      arguments["num_classes"] = nil
      config["model_args"] = .object(arguments)
    }
    return .object(config)
  }
}

extension Preprocessing {
  /// The keys of a `preprocessor_config.json` that say what the preprocessing does.
  static let huggingFaceKeys = [
    "do_resize", "size", "resample", "do_center_crop", "crop_size", "do_rescale", "rescale_factor",
    "do_normalize", "image_mean", "image_std",
  ]

  /// The members of a `preprocessor_config.json` that say the same; nil where its image processors can't do it.
  ///
  /// Every step is stated, on or off: what is absent has other defaults in every image processor.
  var huggingFaceMembers: [String: JSONValue]? {
    func sides(_ height: Int, _ width: Int) -> JSONValue {
      .object(["height": .integer(height), "width": .integer(width)])
    }
    var members: [String: JSONValue] = [
      "do_resize": .boolean(resize != .none), "resample": .integer(filter.pilCode),
      "do_center_crop": .boolean(crop != nil), "do_rescale": .boolean(rescaleFactor != nil),
      "do_normalize": .boolean(normalisation != nil),
    ]
    switch resize {
    case .none: break
    case .exact(let height, let width): members["size"] = sides(height, width)
    case .shortestEdge(let edge): members["size"] = .object(["shortest_edge": .integer(edge)])
    case .cover: return nil
    }
    if let crop {
      guard crop.rounding == .floor else { return nil }
      members["crop_size"] = sides(crop.height, crop.width)
    }
    if let rescaleFactor { members["rescale_factor"] = .double(rescaleFactor) }
    if let normalisation {
      members["image_mean"] = .array(normalisation.mean.map(\.decimal))
      members["image_std"] = .array(normalisation.standardDeviation.map(\.decimal))
    }
    return members
  }
}

extension Float {
  /// The shortest decimal number that gives the same float: 0.485, not 0.48500001430511475.
  fileprivate var decimal: JSONValue { .double(Double(description) ?? Double(self)) }
}
