public import XAICore
public import XAIImage
public import XAITensor
public import XAIWeights

extension HierarchicalTransformer {
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
  ///   - kernels: what the arithmetic runs on.
  /// - Throws: `WeightsError` with every missing, mis-shaped and unexpected tensor; `PreprocessingError`.
  public init(
    loading directory: ModelDirectory, architecture: String, configuration: HierarchicalConfiguration,
    weights store: WeightStore, naming: HierarchicalNaming, ignoring: [String] = [],
    preprocessing defaults: Preprocessing, on kernels: any Kernels
  ) throws {
    let reader = WeightReader(store)
    let weights = HierarchicalWeights(reading: reader, configuration: configuration, naming: naming)
    try reader.finish(ignoring: ignoring)
    let preprocessing = try directory.preprocessing(
      height: configuration.imageHeight, width: configuration.imageWidth, defaults: defaults
    ) { configuration.reasonAgainst(height: $0, width: $1) == nil }
    let layout =
      preprocessing.inputSize.map { configuration.layout(height: $0.height, width: $0.width) }
      ?? configuration.layout
    self.init(
      descriptor: configuration.descriptor(
        name: directory.name, architecture: architecture,
        labels: try directory.labels(count: configuration.classCount), weights: weights, layout: layout,
        preprocessing: preprocessing),
      configuration: configuration, weights: weights, kernels: kernels)
  }
}

extension HierarchicalConfiguration {
  /// Describes a model of these sizes.
  ///
  /// - Parameter layout: the tokens at the size that the preprocessing ends in.
  public func descriptor(
    name: String, architecture: String, labels: [String], weights: HierarchicalWeights, layout: TokenLayout,
    preprocessing: Preprocessing
  ) -> ModelDescriptor {
    ModelDescriptor(
      name: name, architecture: architecture, labels: labels, layers: layerDescriptors,
      parameterCount: weights.parameterCount, layout: layout, preprocessing: preprocessing,
      capabilities: HierarchicalTransformer.capabilities)
  }
}
