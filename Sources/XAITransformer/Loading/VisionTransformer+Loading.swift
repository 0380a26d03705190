import XAICore
public import XAIImage
public import XAITensor
public import XAIWeights

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension VisionTransformer {
  /// Loads a model from a directory whose configuration has been read.
  ///
  /// - Parameters:
  ///   - directory: where the model lies.
  ///   - architecture: the id of the plugin that loads it.
  ///   - configuration: its validated sizes and choices.
  ///   - weights: the opened weights of the directory.
  ///   - naming: what the weights are called.
  ///   - ignoring: names that may be left over in the weights.
  ///   - preprocessing: what Hugging Face models of the family do where no file says it.
  ///   - takesAnySize: whether the library runs models of the family at any size without being asked to, so that the size of
  ///     the preprocessing counts and not that of the position embeddings.
  ///   - kernels: what the arithmetic runs on.
  /// - Throws: `WeightsError` with every missing, mis-shaped and unexpected tensor; `PreprocessingError`.
  public init(
    loading directory: ModelDirectory, architecture: String, configuration: VisionTransformerConfiguration,
    weights store: WeightStore, naming: CheckpointNaming, ignoring: [String] = [],
    preprocessing defaults: Preprocessing, takesAnySize: Bool = false, on kernels: any Kernels
  ) throws {
    let reader = WeightReader(store)
    let weights = VisionTransformerWeights(reading: reader, configuration: configuration, naming: naming)
    let maskToken = naming.maskToken.flatMap { reader.optionalTensor($0.name, $0.shape) }
    try reader.finish(ignoring: ignoring)
    try self.init(
      of: directory, architecture: architecture,
      labels: Self.labels(directory, count: configuration.classCount), configuration: configuration,
      weights: weights, naming: naming, maskToken: maskToken, preprocessing: defaults,
      takesAnySize: takesAnySize, on: kernels)
  }

  /// Describes a model of a directory by what its configuration says.
  init(
    of directory: ModelDirectory, architecture: String, labels: [String],
    configuration: VisionTransformerConfiguration, weights: VisionTransformerWeights,
    naming: CheckpointNaming, maskToken: Tensor? = nil, preprocessing defaults: Preprocessing,
    takesAnySize: Bool = false, on kernels: any Kernels
  ) throws {
    var source = try DirectorySource(directory)
    source.maskToken = maskToken
    let preprocessing = try Self.preprocessing(
      directory, configuration, defaults: defaults, takesAnySize: takesAnySize)
    let descriptor = ModelDescriptor(
      name: directory.name, architecture: architecture, labels: labels, layerCount: configuration.depth,
      headCount: configuration.headCount, width: configuration.width, parameterCount: weights.parameterCount,
      layout: preprocessing.inputSize.map { configuration.layout(height: $0.height, width: $0.width) }
        ?? configuration.layout,
      preprocessing: preprocessing,
      capabilities: Self.capabilities)
    self.init(
      descriptor: descriptor, configuration: configuration, weights: weights, naming: naming,
      kernels: kernels, source: source)
  }

  /// The preprocessing of the directory; it has to end in a size that the model takes.
  private static func preprocessing(
    _ directory: ModelDirectory, _ configuration: VisionTransformerConfiguration, defaults: Preprocessing,
    takesAnySize: Bool
  ) throws -> Preprocessing {
    let preprocessing: Preprocessing
    switch directory.format {
    case .timm:
      preprocessing = try Preprocessing(
        timmJSON: Data(contentsOf: URL(fileURLWithPath: directory.config.file)))
    case .huggingFace:
      let own = defaults.withInputSize(height: configuration.imageHeight, width: configuration.imageWidth)
      preprocessing =
        try directory.preprocessorConfig.map { try Preprocessing(huggingFaceJSON: $0, defaults: own) } ?? own
    }
    guard let size = preprocessing.inputSize else { return preprocessing }
    guard size != (configuration.imageHeight, configuration.imageWidth) else { return preprocessing }
    if takesAnySize, configuration.isMultipleOfPatch(height: size.height, width: size.width) {
      return preprocessing
    }
    return preprocessing.withInputSize(height: configuration.imageHeight, width: configuration.imageWidth)
  }

  /// One label a class: `id2label`, timm's descriptions or names, or the class index.
  private static func labels(_ directory: ModelDirectory, count: Int) throws -> [String] {
    let config = directory.config
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
  /// What messages call the model: the last part of its path.
  fileprivate var name: String {
    path.split(separator: "/").last.map(String.init) ?? path
  }
}
