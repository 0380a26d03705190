public import XAICore
public import XAIImage
import XAITensor
import XAITransformer
public import XAIWeights

extension HierarchicalTransformer {
  /// Loads a model from a directory whose configuration has been read.
  ///
  /// - Parameters:
  ///   - directory: where the model lies.
  ///   - architecture: the id of the plugin that loads it.
  ///   - configuration: its validated sizes and choices.
  ///   - store: the opened weights of the directory.
  ///   - naming: what the weights are called.
  ///   - stored: the checkpoint's name for one of the naming.
  ///   - ignoring: names that may be left over in the weights.
  ///   - defaults: what Hugging Face models of the family do where no file says it.
  ///   - request: what the arithmetic runs on, and the classes that the model is given.
  /// - Throws: `WeightsError` with every missing, mis-shaped and unexpected tensor; `ConfigurationError`; `LoadError` for
  ///   classes that don't fit the checkpoint.
  public init(
    loading directory: ModelDirectory, architecture: String, configuration: HierarchicalConfiguration,
    weights store: WeightStore, naming: HierarchicalNaming, stored: (String) -> String = { $0 },
    ignoring: [String] = [],
    preprocessing defaults: Preprocessing, _ request: LoadRequest
  ) throws {
    func load(_ classes: ClassSource) throws -> HierarchicalTransformer {
      try HierarchicalTransformer(
        loading: directory, architecture: architecture, configuration: configuration, weights: store,
        naming: naming, stored: stored, ignoring: ignoring, preprocessing: defaults,
        LoadRequest(kernels: request.kernels, classes: classes, options: request.options))
    }
    if case .images(let given) = request.classes {
      self = try load(.vectors(given.vectors(width: configuration.headInputs, load: load)))
      return
    }
    var (configuration, naming) = (configuration, naming)
    var notes: [String] = directory.notes + store.notes
    let classes = try RequestedClasses(
      request.classes, for: &configuration, hasClassifier: configuration.classCount > 0,
      model: directory.name
    ) { try directory.labels(count: $0, notes: &notes) }
    let reader = WeightReader(store)
    let given = classes.weights { "\(naming.head).\($0.rawValue)" }
    if classes.areFeatures {
      naming.reasonAgainstClassifier =
        "has elements of its features for classes, for which the library's configuration has no place"
    }
    let weights = HierarchicalWeights(configuration: configuration, naming: naming) {
      given[$0] ?? reader.tensor(stored($0), $1)
    }
    try reader.finish(ignoring: ignoring + (given.isEmpty ? [] : ["\(naming.head)."]))
    let output =
      try classes.output ?? directory.outputMeaning(classCount: configuration.classCount, notes: &notes)
    try self.init(
      of: directory, architecture: architecture, labels: classes.labels, output: output,
      configuration: configuration,
      weights: weights, naming: naming, preprocessing: defaults, notes: notes, on: request.kernels)
  }

  /// Describes a model of a directory by what its configuration says.
  init(
    of directory: ModelDirectory, architecture: String, labels: [String], output: OutputMeaning,
    configuration: HierarchicalConfiguration, weights: HierarchicalWeights, naming: HierarchicalNaming,
    preprocessing defaults: Preprocessing, notes: [String], on kernels: any Kernels
  ) throws {
    var notes = notes
    let preprocessing = try directory.preprocessing(
      height: configuration.imageHeight, width: configuration.imageWidth, defaults: defaults,
      notes: &notes
    ) { configuration.reasonAgainst(height: $0, width: $1) == nil }
    let layout =
      preprocessing.inputSize.map { configuration.layout(height: $0.height, width: $0.width) }
      ?? configuration.layout
    self.init(
      descriptor: configuration.descriptor(
        name: directory.name, architecture: architecture, labels: labels, output: output, weights: weights,
        layout: layout, preprocessing: preprocessing, notes: notes),
      configuration: configuration, weights: weights, naming: naming, kernels: kernels,
      source: DirectorySource(directory))
  }
}

extension HierarchicalConfiguration {
  /// Describes a model of these sizes.
  ///
  /// - Parameters:
  ///   - name: what the model is called.
  ///   - architecture: the id of the plugin that loads it.
  ///   - labels: one per class.
  ///   - output: what the outputs mean.
  ///   - weights: its parameters.
  ///   - layout: the tokens at the size that the preprocessing ends in.
  ///   - preprocessing: how an image becomes its input.
  ///   - notes: what a user should know about how it was read.
  public func descriptor(
    name: String, architecture: String, labels: [String], output: OutputMeaning = .softmax,
    weights: HierarchicalWeights, layout: TokenLayout, preprocessing: Preprocessing, notes: [String] = []
  ) -> ModelDescriptor {
    ModelDescriptor(
      name: name, architecture: architecture, labels: labels, layers: layerDescriptors,
      parameterCount: weights.parameterCount, layout: layout, preprocessing: preprocessing,
      capabilities: HierarchicalTransformer.capabilities(of: self), output: output, notes: notes)
  }
}
