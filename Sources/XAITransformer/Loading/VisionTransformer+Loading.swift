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
    let classVectors = naming.heads.first.map { naming.tensor($0, .weight) }
    let weights = VisionTransformerWeights(configuration: configuration, naming: naming) { name, shape in
      if name == classVectors, let vectors = classes.vectors { return vectors }
      return reader.tensor(names.stored(name), shape)
    }
    let unread = naming.allUnread.reduce(into: [:]) { found, tensor in
      found[tensor.name] = reader.optionalTensor(names.stored(tensor.name), tensor.shape)
    }
    let isWithoutOwn = classes.vectors != nil || configuration.classifier == .none
    let unused = isWithoutOwn ? (naming.heads + [naming.projection]).map { "\($0)." } : []
    try reader.finish(ignoring: ignoring.map(names.stored) + unused)
    try self.init(
      of: directory, architecture: architecture, labels: classes.labels,
      output: classes.vectors != nil
        ? configuration.cosineMeaning
        : directory.outputMeaning(classCount: configuration.classCount, notes: &notes),
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
  /// What stands before the naming's names and not before the checkpoint's; nil where nothing does.
  private let root: String?
  private let hasClassVectors: Bool

  init(of store: WeightStore, _ naming: CheckpointNaming) {
    let patch = naming.tensor(naming.patch, .weight)
    let root = naming.modelType.map { "\($0)." }
    let isBare = root.map { store[patch] == nil && store[String(patch.dropFirst($0.count))] != nil } ?? false
    self.root = isBare ? root : nil
    hasClassVectors = naming.heads.first.map { store[naming.tensor($0, .weight)] != nil } ?? false
  }

  /// Whether the checkpoint has a classifier: a linear head that isn't there, where there should be one, is reported as
  /// missing; class vectors may be given later.
  func hasClassifier(_ classifier: VisionTransformerConfiguration.Classifier) -> Bool {
    switch classifier {
    case .linear: root == nil
    case .cosine: hasClassVectors
    case .none: false
    }
  }

  /// The checkpoint's name for one of the naming.
  func stored(_ name: String) -> String {
    guard let root, name.hasPrefix(root) else { return name }
    return String(name.dropFirst(root.count))
  }
}

/// The classes that a model of a checkpoint has, as it was asked for.
struct RequestedClasses {
  /// One label a class; none for a backbone.
  let labels: [String]
  /// The weight of the cosine, [classes, E], where it isn't the checkpoint's.
  let vectors: Tensor?

  /// What cosines are multiplied by where neither request nor family says it.
  ///
  /// It is where the training of CLIP clips it (Radford et al. 2021, section 2.5).
  private static let defaultScale: Float = 100

  /// Sets the classifier of a configuration.
  ///
  /// - Parameters:
  ///   - classes: what was asked for; nil for the checkpoint's own.
  ///   - configuration: that of the checkpoint.
  ///   - hasClassifier: whether the checkpoint has one.
  ///   - model: the model's name, for messages.
  ///   - labels: the labels of the checkpoint's classes, by their number.
  init(
    _ classes: ClassSource?, for configuration: inout VisionTransformerConfiguration, hasClassifier: Bool,
    model: String, labels: (_ count: Int) throws -> [String]
  ) throws {
    switch classes {
    case .vectors(let given):
      try configuration.setCosine(given, model: model)
      (self.labels, vectors) = (given.names, given.vectors)
    case .texts:
      throw LoadError.noTexts(
        model: model, reason: "models of its family have no text tower; give class vectors, or images")
    case .images: fatalError("the vectors of images are made before")
    case .names(let names):
      guard hasClassifier else { throw LoadError.namesAlone(model: model) }
      guard names.count == configuration.classCount else {
        throw LoadError.otherCount(given: names.count, model: model, classes: configuration.classCount)
      }
      (self.labels, vectors) = (names, nil)
    case nil:
      if !hasClassifier { (configuration.classifier, configuration.classCount) = (.none, 0) }
      (self.labels, vectors) = (hasClassifier ? try labels(configuration.classCount) : [], nil)
    }
  }

  fileprivate static func scale(_ given: Float?, own: Float?) -> Float { given ?? own ?? defaultScale }
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

  /// Elements of what is compared with class vectors.
  fileprivate var comparedWidth: Int {
    if case .cosine(_, _, let projectedWidth?) = classifier { return projectedWidth }
    return headInputs
  }

  /// What cosines with class vectors mean: with a bias, each class has a sigmoid of its own.
  fileprivate var cosineMeaning: OutputMeaning {
    guard case .cosine(_, .some, _) = classifier else { return .softmax }
    return classCount == 1 ? .sigmoid : .sigmoidPerClass
  }

  /// Puts a cosine with class vectors behind the features.
  ///
  /// Of two heads the class token's features are read; where a head would read class token and mean of patches side by
  /// side, vectors of one token's width are compared with the class token alone.
  fileprivate mutating func setCosine(_ given: ClassVectors, model: String) throws(LoadError) {
    var (scale, bias, projectedWidth): (Float?, Float?, Int?) = (nil, nil, nil)
    if case .cosine(let own, let added, let width) = classifier {
      (scale, bias, projectedWidth) = (own, added, width)
    }
    let elements = given.vectors.shape[1]
    var fitting = [projectedWidth ?? headInputs]
    if projectedWidth == nil, readout == .classAndMeanOfPatches { fitting.append(width) }
    guard fitting.contains(elements) else {
      throw .otherWidth(given: elements, features: fitting, model: model)
    }
    if readout == .meanOfClassAndDistillation || (fitting.count > 1 && elements == width) {
      readout = .classToken
    }
    classifier = .cosine(
      scale: RequestedClasses.scale(given.scale, own: scale), bias: bias, projectedWidth: projectedWidth)
    classCount = given.names.count
  }
}
