public import XAICore
public import XAIImage
import XAITensor
public import XAIWeights

extension VisionTransformer {
  /// Loads a model from a directory whose configuration has been read.
  ///
  /// - Parameters:
  ///   - directory: where the model lies.
  ///   - architecture: the id of the plugin that loads it.
  ///   - configuration: its validated sizes and choices.
  ///   - store: the opened weights of the directory.
  ///   - naming: what the weights are called.
  ///   - ignoring: names that may be left over in the weights.
  ///   - defaults: what Hugging Face models of the family do where no file says it.
  ///   - takesAnySize: whether the library runs models of the family at any size without being asked to, so that the size of
  ///     the preprocessing counts and not that of the position embeddings.
  ///   - request: what the arithmetic runs on, and the classes that the model is given.
  /// - Throws: `WeightsError` with every missing, mis-shaped and unexpected tensor; `ConfigurationError`; `LoadError` for
  ///   classes that don't fit the checkpoint.
  public init(
    loading directory: ModelDirectory, architecture: String, configuration: VisionTransformerConfiguration,
    weights store: WeightStore, naming: CheckpointNaming, ignoring: [String] = [],
    preprocessing defaults: Preprocessing, takesAnySize: Bool = false, _ request: LoadRequest
  ) throws {
    if case .images(let given) = request.classes {
      var plain = configuration
      if case .cosine(let scale, _, let width) = plain.classifier {
        plain.classifier = .cosine(scale: scale, projectedWidth: width)
      }
      let vectors = try given.vectors(width: configuration.comparedWidth) { classes in
        try VisionTransformer(
          loading: directory, architecture: architecture, configuration: plain, weights: store,
          naming: naming, ignoring: ignoring, preprocessing: defaults, takesAnySize: takesAnySize,
          LoadRequest(kernels: request.kernels, classes: classes, options: request.options))
      }
      try self.init(
        loading: directory, architecture: architecture, configuration: configuration, weights: store,
        naming: naming, ignoring: ignoring, preprocessing: defaults, takesAnySize: takesAnySize,
        LoadRequest(kernels: request.kernels, classes: .vectors(vectors), options: request.options))
      return
    }
    var configuration = configuration
    var notes: [String] = []
    let names = StoredNames(of: store, naming)
    let classes = try RequestedClasses(
      request.classes, for: &configuration,
      hasClassifier: names.hasClassifier(configuration.classifier), model: directory.name
    ) { try directory.labels(count: $0, notes: &notes) }
    let reader = WeightReader(store)
    let head = naming.heads[0]
    let given = classes.weights {
      naming.tensor(head, $0)
    } projection: { inputs, width in
      let shape: TensorShape = naming.isProjectionTransposed ? [inputs, width] : [width, inputs]
      let stored = reader.tensor(names.stored(naming.tensor(naming.projection, .weight)), shape)
      return naming.arrangedProjection(stored)
    }
    let ownHeads = naming.heads
    var naming = naming
    if !given.isEmpty { naming.heads = Array(naming.heads.prefix(1)) }
    if classes.areFeatures {
      naming.reasonAgainstClassifier =
        "has elements of its features for classes, for which the library's configuration has no place"
    }
    let weights = VisionTransformerWeights(configuration: configuration, naming: naming) { name, shape in
      given[name] ?? reader.tensor(names.stored(name), shape)
    }
    let unread = naming.allUnread.reduce(into: [:]) { found, tensor in
      found[tensor.name] = reader.optionalTensor(names.stored(tensor.name), tensor.shape)
    }
    let isWithoutOwn = !given.isEmpty || configuration.classifier == .none
    let unused = isWithoutOwn ? (ownHeads + [naming.projection]).map { "\($0)." } : []
    try reader.finish(ignoring: ignoring.map(names.stored) + unused)
    try self.init(
      of: directory, architecture: architecture, labels: classes.labels,
      output: classes.output ?? directory.outputMeaning(classCount: configuration.classCount, notes: &notes),
      configuration: configuration, weights: weights, naming: naming, unread: unread,
      preprocessing: defaults, takesAnySize: takesAnySize, notes: store.notes + notes, on: request.kernels)
  }

  /// Describes a model of a directory by what its configuration says.
  init(
    of directory: ModelDirectory, architecture: String, labels: [String], output: OutputMeaning,
    configuration: VisionTransformerConfiguration, weights: VisionTransformerWeights,
    naming: CheckpointNaming, unread: [String: Tensor] = [:], preprocessing defaults: Preprocessing,
    takesAnySize: Bool = false, notes: [String] = [], on kernels: any Kernels
  ) throws {
    var source = DirectorySource(directory)
    source.unread = unread
    // Position embeddings of a timm model may be for another size than its inputs have.
    let own =
      try directory.format == .timm
      ? VisionTransformerConfiguration.imageSize(timm: directory.config)
      : (configuration.imageHeight, configuration.imageWidth)
    var notes = directory.notes + configuration.assumptions + configuration.notesOfRest + notes
    let preprocessing = try directory.preprocessing(
      height: own.0, width: own.1, defaults: defaults, notes: &notes
    ) { takesAnySize && configuration.patch.divides(height: $0, width: $1) }
    let descriptor = ModelDescriptor(
      name: directory.name, architecture: architecture, labels: labels,
      layers: configuration.layerDescriptors,
      parameterCount: weights.parameterCount,
      layout: preprocessing.inputSize.map { configuration.layout(height: $0.height, width: $0.width) }
        ?? configuration.layout,
      preprocessing: preprocessing,
      capabilities: Self.capabilities(of: configuration), output: output, notes: notes)
    self.init(
      descriptor: descriptor, configuration: configuration, weights: weights, naming: naming,
      kernels: kernels, source: source)
  }
}

/// What a checkpoint calls its tensors.
///
/// `transformers` puts the `model_type` before the names of a model with a classifier, `vit.layernorm.weight`, and saves a
/// backbone, such as `ViTModel`, without it.
private struct StoredNames {
  /// What stands before the naming's names; nil where nothing does.
  private let typeRoot: String?
  /// Whether it stands before none of the checkpoint's.
  private let isBare: Bool
  private let hasClassVectors: Bool
  private let store: WeightStore

  init(of store: WeightStore, _ naming: CheckpointNaming) {
    let patch = naming.tensor(naming.patch, .weight)
    let root = naming.modelType.map { "\($0)." }
    typeRoot = root
    isBare = root.map { store[patch] == nil && store[String(patch.dropFirst($0.count))] != nil } ?? false
    hasClassVectors = naming.heads.first.map { store[naming.tensor($0, .weight)] != nil } ?? false
    self.store = store
  }

  /// Whether the checkpoint has a classifier: a linear head that isn't there, where there should be one, is reported as
  /// missing; class vectors may be given later.
  func hasClassifier(_ classifier: VisionTransformerConfiguration.Classifier) -> Bool {
    switch classifier {
    case .linear: !isBare
    case .cosine: hasClassVectors
    case .none: false
    }
  }

  /// The checkpoint's name for one of the naming.
  ///
  /// Version 5.24 saves a `ViTMSNForImageClassification` with the root, and its blocks without.
  func stored(_ name: String) -> String {
    guard let typeRoot, name.hasPrefix(typeRoot) else { return name }
    let bare = String(name.dropFirst(typeRoot.count))
    return isBare || (store[name] == nil && store[bare] != nil) ? bare : name
  }
}

extension VisionTransformerConfiguration {
  /// What a user should know of pixels that are in no patch.
  fileprivate var notesOfRest: [String] {
    let (rows, columns) = (imageHeight % patchHeight, imageWidth % patchWidth)
    guard rows > 0 || columns > 0 else { return [] }
    return [
      "of \(imageHeight)×\(imageWidth) pixels the last \(max(rows, columns)) to the right and below are in no patch, as in the library; "
        + "maps are drawn over the whole image, so that the lower right of one lies up to as many pixels off"
    ]
  }
}
