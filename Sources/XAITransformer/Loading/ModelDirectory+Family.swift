public import XAICore
import XAIImage
public import XAIWeights

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension ModelDirectory {
  /// Whether the configuration is of a family: one of its Hugging Face classes, or a timm architecture by its prefix.
  ///
  /// A Hugging Face configuration that names no class counts by its `model_type`.
  public func isModel(type: String, classes: [String], timmPrefix: String) -> Bool {
    isModel(types: [type], classes: classes) { $0.hasPrefix(timmPrefix) }
  }

  /// Whether the configuration is of a family: one of its Hugging Face classes, or a timm architecture by its name, which
  /// is given without the tag of its weights.
  ///
  /// A Hugging Face configuration that names no class counts by its `model_type`.
  public func isModel(types: [String], classes: [String], timm: (_ architecture: String) -> Bool) -> Bool {
    switch format {
    case .timm:
      return config.timmArchitecture.map(timm) ?? false
    case .huggingFace:
      guard let named = try? config.optionalStrings("architectures"), !named.isEmpty else {
        return (try? config.string("model_type")).map(types.contains) ?? false
      }
      return named.contains { classes.contains($0) }
    }
  }

  /// Throws where the configuration doesn't state the sizes that a model can be made from.
  ///
  /// timm's leaves to the name of the architecture, and so to the weights, what `model_args` doesn't change.
  ///
  /// - Parameter example: the member that makes a Hugging Face configuration one of the family.
  public func checkStatesSizes(example: String) throws(ModelError) {
    guard format == .timm else { return }
    throw .notTrainable(
      model: path,
      reason:
        "a timm configuration doesn't state the model's sizes; to train from scratch, give a config.json of "
        + "Hugging Face's with \(example), hidden_size, num_hidden_layers and so on")
  }
}

extension CheckpointNaming {
  /// The names of a timm vision transformer of this configuration, some of which differ from class to class.
  public static func timm(
    for configuration: VisionTransformerConfiguration, _ weights: WeightStore
  ) -> CheckpointNaming {
    var naming = CheckpointNaming.timm(
      finalNorm: configuration.finalNorm == .afterPooling ? "fc_norm" : "norm",
      heads: configuration.readout == .meanOfClassAndDistillation ? ["head", "head_dist"] : ["head"])
    naming.positionBias = "rel_pos_bias.\(TimmModel.table)"
    let block = naming.block
    let hasSeparateBiases = weights["blocks.0.attn.q_bias"] != nil
    let hasGammas = weights["blocks.0.gamma_1"] != nil
    naming.block = { index in
      let layer = "blocks.\(index)"
      var names = block(index)
      names.positionBias = "\(layer).attn.\(TimmModel.table)"
      if hasSeparateBiases {
        names.separateBiases = .init(query: "\(layer).attn.q_bias", value: "\(layer).attn.v_bias")
      }
      if hasGammas { (names.firstScale, names.secondScale) = ("\(layer).gamma_1", "\(layer).gamma_2") }
      return names
    }
    return naming
  }
}

extension ModelDirectory {
  /// What messages call the model: the last part of its path.
  var name: String { path.split(separator: "/").last.map(String.init) ?? path }

  /// The preprocessing of the directory; it has to end in a size that the model takes.
  ///
  /// - Parameters:
  ///   - height: that of the model's own input.
  ///   - width: that of the model's own input.
  ///   - defaults: what Hugging Face models of the family do where no file says it.
  ///   - takes: whether another size, which the preprocessing states, is the model's own.
  func preprocessing(
    height: Int, width: Int, defaults: Preprocessing, takes: (_ height: Int, _ width: Int) -> Bool
  ) throws -> Preprocessing {
    let preprocessing: Preprocessing
    switch format {
    case .timm:
      preprocessing = try Preprocessing(timmJSON: Data(contentsOf: URL(fileURLWithPath: config.file)))
    case .huggingFace:
      let own = defaults.withInputSize(height: height, width: width)
      preprocessing =
        try preprocessorConfig.map { try Preprocessing(huggingFaceJSON: $0, defaults: own) } ?? own
    }
    guard let size = preprocessing.inputSize, size != (height, width), !takes(size.height, size.width) else {
      return preprocessing
    }
    return preprocessing.withInputSize(height: height, width: width)
  }

  /// One label a class: `id2label`, timm's descriptions or names, or the class index.
  func labels(count: Int) throws -> [String] {
    if let labels = try config.optionalLabels() { return (0..<count).map { labels[$0] ?? "class \($0)" } }
    for prefix in ["pretrained_cfg.", ""] {
      guard let names = try config.optionalStrings("\(prefix)label_names"), names.count == count else {
        continue
      }
      guard case .object(let descriptions)? = config.optionalValue("\(prefix)label_descriptions") else {
        return names
      }
      return names.map { name in
        guard case .string(let description)? = descriptions[name] else { return name }
        return description
      }
    }
    return (0..<count).map { "class \($0)" }
  }
}

extension ModelDirectory {
  /// What a directory says its outputs mean.
  ///
  /// That is `problem_type` of `transformers`; where the key is absent, one output is a regression there, and several are a
  /// softmax. timm says nothing: one output is taken for a class that is there or not.
  func outputMeaning(classCount: Int) throws -> OutputMeaning {
    guard classCount > 0 else { return .none }
    guard format == .huggingFace else { return classCount == 1 ? .sigmoid : .softmax }
    switch try config.optionalString("problem_type") {
    case nil: return classCount == 1 ? .regression : .softmax
    case "single_label_classification": return .softmax
    case "multi_label_classification": return classCount == 1 ? .sigmoid : .sigmoidPerClass
    case "regression": return .regression
    case .some(let type):
      throw VisionTransformerError.unsupported(
        file: config.file, key: "problem_type", value: "'\(type)'",
        supported: "'single_label_classification', 'multi_label_classification', 'regression'")
    }
  }
}

extension ModelDescriptor {
  /// The `problem_type` of `transformers` by which these outputs have their meaning; nil where it is its default.
  var problemType: String? {
    switch output {
    case .softmax: classCount == 1 ? "single_label_classification" : nil
    case .sigmoidPerClass, .sigmoid: "multi_label_classification"
    case .regression: classCount == 1 ? nil : "regression"
    case .none: nil
    }
  }
}
