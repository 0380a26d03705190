import XAICore
public import XAIImage
public import XAITensor
public import XAIWeights

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
      labels: directory.labels(count: configuration.classCount), configuration: configuration,
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
    let preprocessing = try directory.preprocessing(
      height: configuration.imageHeight, width: configuration.imageWidth, defaults: defaults
    ) { takesAnySize && configuration.isMultipleOfPatch(height: $0, width: $1) }
    let descriptor = ModelDescriptor(
      name: directory.name, architecture: architecture, labels: labels,
      layers: configuration.layerDescriptors,
      parameterCount: weights.parameterCount,
      layout: preprocessing.inputSize.map { configuration.layout(height: $0.height, width: $0.width) }
        ?? configuration.layout,
      preprocessing: preprocessing,
      capabilities: Self.capabilities)
    self.init(
      descriptor: descriptor, configuration: configuration, weights: weights, naming: naming,
      kernels: kernels, source: source)
  }
}
