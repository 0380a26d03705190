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
    let given = classes.weights(naming: naming) { reader.tensor(names.stored($0), $1) }
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

/// The classes that a model of a checkpoint has, as it was asked for.
struct RequestedClasses {
  /// What takes the place of the checkpoint's classifier.
  private enum Given {
    /// The weight of the cosine, [classes, E].
    case vectors(Tensor)
    /// Elements of the features, how many there are in all, and where a linear layer projects to them, from how many.
    case features([Int], of: Int, projectedFrom: Int?)
  }

  /// One label a class; none for a backbone.
  let labels: [String]
  /// What the outputs mean; nil where the checkpoint's configuration says it.
  let output: OutputMeaning?
  private let given: Given?

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
      (self.labels, self.given) = (given.names, .vectors(given.vectors))
      output = configuration.cosineMeaning
    case .features(let indices):
      let width = configuration.comparedWidth
      guard Set(indices).count == indices.count, !indices.isEmpty else {
        throw LoadError.unusableFeatures(indices)
      }
      if let index = indices.first(where: { !(0..<width).contains($0) }) {
        throw LoadError.noFeature(index, features: width, model: model)
      }
      var isProjected = false
      if case .cosine(_, _, _?) = configuration.classifier { isProjected = true }
      (configuration.classifier, configuration.classCount) = (.linear, indices.count)
      self.labels = indices.map(ClassSource.label(ofFeature:))
      self.given = .features(
        indices, of: width, projectedFrom: isProjected ? configuration.headInputs : nil)
      output = .regression
    case .texts:
      throw LoadError.noTexts(
        model: model, reason: "models of its family have no text tower; give class vectors, or images")
    case .images: fatalError("the vectors of images are made before")
    case .names(let names):
      guard hasClassifier else { throw LoadError.namesAlone(model: model) }
      guard names.count == configuration.classCount else {
        throw LoadError.otherCount(given: names.count, model: model, classes: configuration.classCount)
      }
      (self.labels, given, output) = (names, nil, nil)
    case nil:
      if !hasClassifier { (configuration.classifier, configuration.classCount) = (.none, 0) }
      (self.labels, given, output) = (hasClassifier ? try labels(configuration.classCount) : [], nil, nil)
    }
  }

  /// Whether the classes are elements of the features.
  var areFeatures: Bool {
    if case .features? = given { true } else { false }
  }

  /// The parameters of the head that are given, by the names of the checkpoint; none where they are the checkpoint's own.
  ///
  /// - Parameter stored: reads a tensor of the checkpoint.
  func weights(
    naming: CheckpointNaming, stored: (_ name: String, _ shape: TensorShape) -> Tensor
  ) -> [String: Tensor] {
    guard let given, let head = naming.heads.first else { return [:] }
    switch given {
    case .vectors(let vectors): return [naming.tensor(head, .weight): vectors]
    case .features(let indices, let width, let inputs):
      // Row k of the projection gives element k of the features, and where there is none, of the identity.
      let projection = inputs.map { inputs in
        let shape: TensorShape = naming.isProjectionTransposed ? [inputs, width] : [width, inputs]
        return naming.arrangedProjection(stored(naming.tensor(naming.projection, .weight), shape))
      }
      let rows = indices.flatMap { index in
        projection?[index].elements ?? (0..<width).map { $0 == index ? 1 : 0 }
      }
      return [
        naming.tensor(head, .weight): Tensor([indices.count, inputs ?? width], rows),
        naming.tensor(head, .bias): Tensor(repeating: 0, [indices.count]),
      ]
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
  /// Where two heads would read a token each, the features are the mean of both tokens; where a head would read class token and mean
  /// of patches side by side, vectors of one token's width are compared with the class token alone.
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
    if fitting.count > 1, elements == width { readout = .classToken }
    classifier = .cosine(
      scale: RequestedClasses.scale(given.scale, own: scale), bias: bias, projectedWidth: projectedWidth)
    classCount = given.names.count
  }
}
