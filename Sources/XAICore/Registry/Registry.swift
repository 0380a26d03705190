public import XAIFoundation
public import XAITensor
public import XAIWeights

/// The models, explainers, metrics and data sets that an application knows, by id.
///
/// Build one at start-up from a list of plugins and pass it on; there is no shared instance.
public struct Registry: Sendable {
  /// An explainer that a registry knows.
  public struct ExplainerEntry: Sendable {
    /// What it is, for lists, help and checks.
    public let descriptor: ExplainerDescriptor
    /// Its options as users see them.
    public let options: [OptionDescription]
    /// The plugin, by the name of its type.
    public var plugin: String { type.name }
    let type: any Plugin.Type
    /// Makes the explainer from texts of options.
    public let make: @Sendable ([(key: String, value: String)]) throws -> any Explainer
  }

  /// A metric that a registry knows.
  public struct MetricEntry: Sendable {
    /// What it is, for lists, help and checks.
    public let descriptor: MetricDescriptor
    /// Its options as users see them.
    public let options: [OptionDescription]
    /// The plugin, by the name of its type.
    public var plugin: String { type.name }
    let type: any Plugin.Type
    /// Makes the metric from texts of options.
    public let make: @Sendable ([(key: String, value: String)]) throws -> any Metric
  }

  /// A model family that a registry knows.
  public struct ModelEntry: Sendable {
    /// What it is, for lists, help and checks.
    public let descriptor: ArchitectureDescriptor
    /// The plugin, by the name of its type.
    public var plugin: String { architecture.name }
    /// The type that loads it.
    public let architecture: any ModelArchitecture.Type
  }

  /// A data set that a registry knows.
  public struct DatasetEntry: Sendable {
    /// What it is, for lists, help and checks.
    public let descriptor: DatasetDescriptor
    /// Its options as users see them.
    public let options: [OptionDescription]
    /// The plugin, by the name of its type.
    public var plugin: String { type.name }
    let type: any Plugin.Type
    /// Makes the data set from texts of options.
    public let make: @Sendable ([(key: String, value: String)]) throws -> any Dataset
    /// Makes the data set of a path with other options beside it, where it is one of this kind; otherwise nil.
    public let open:
      @Sendable (_ path: String, _ values: [(key: String, value: String)]) throws -> (any Dataset)?
  }

  /// Explainers in the order of registration.
  public private(set) var explainers: [ExplainerEntry] = []
  /// Metrics in the order of registration.
  public private(set) var metrics: [MetricEntry] = []
  /// Model families in the order of registration.
  public private(set) var models: [ModelEntry] = []
  /// Data sets in the order of registration.
  public private(set) var datasets: [DatasetEntry] = []
  /// The plugins in the order of registration.
  ///
  /// Their names are made where they are shown: text of every type took 4 ms of each start of the command.
  public private(set) var plugins: [any Plugin.Type] = []

  /// The explainers that are used where nobody says which; a plugin may set them.
  public var defaults = ExplainerDefaults()

  /// Makes a registry of plugins.
  public init(plugins: [any Plugin.Type] = []) throws(RegistryError) {
    for plugin in plugins { try register(plugin) }
  }

  /// Adds a plugin; throws when it is there already, or its id is taken or malformed.
  public mutating func register(_ plugin: any Plugin.Type) throws(RegistryError) {
    guard !plugins.contains(where: { $0 == plugin }) else {
      throw .duplicate(kind: "plugin", id: plugin.name)
    }
    plugins.append(plugin)
    try plugin.register(in: &self)
  }

  package mutating func add<E: Explainer>(explainer: E.Type) throws(RegistryError) {
    let descriptor = E.descriptor
    try check(id: descriptor.id, kind: "explainer", known: explainers.map(\.descriptor.id))
    explainers.append(
      ExplainerEntry(
        descriptor: descriptor, options: E.Options.descriptions, type: E.self,
        make: { values in
          try OptionError.naming(E.descriptor.id) { try E(options: E.Options(values, of: E.descriptor.id)) }
        }))
  }

  package mutating func add<M: Metric>(metric: M.Type) throws(RegistryError) {
    let descriptor = M.descriptor
    try check(id: descriptor.id, kind: "metric", known: metrics.map(\.descriptor.id))
    metrics.append(
      MetricEntry(
        descriptor: descriptor, options: M.Options.descriptions, type: M.self,
        make: { values in
          try OptionError.naming(M.descriptor.id) { try M(options: M.Options(values, of: M.descriptor.id)) }
        }))
  }

  package mutating func add(model: any ModelArchitecture.Type) throws(RegistryError) {
    try check(id: model.descriptor.id, kind: "model", known: models.map(\.descriptor.id))
    models.append(
      ModelEntry(descriptor: model.descriptor, architecture: model))
  }

  package mutating func add<D: Dataset>(dataset: D.Type) throws(RegistryError) {
    let descriptor = D.descriptor
    try check(id: descriptor.id, kind: "data set", known: datasets.map(\.descriptor.id))
    datasets.append(
      DatasetEntry(
        descriptor: descriptor, options: D.Options.descriptions, type: D.self,
        make: { values in
          try OptionError.naming(D.descriptor.id) { try D(options: D.Options(values, of: D.descriptor.id)) }
        },
        open: { path, values in
          guard let options = D.options(recognising: path) else { return nil }
          let known = options.texts.filter { option in !values.contains { $0.key == option.key } }
          return try D(options: values.isEmpty ? options : D.Options(known + values, of: descriptor.id))
        }))
  }

  private func check(id: String, kind: String, known: [String]) throws(RegistryError) {
    guard isKebabCase(id) else { throw .malformedID(kind: kind, id: id) }
    guard !known.contains(id) else { throw .duplicate(kind: kind, id: id) }
  }
}

// MARK: - Lookup

extension Registry {
  /// The explainer that a text such as `gmar:norm=l2,preset=paper` names.
  ///
  /// - Throws: `OptionError` or `RegistryError` with the nearest names.
  public func explainer(_ text: String) throws -> any Explainer {
    let specification = try Specification(parsing: text)
    guard let entry = explainers.first(where: { $0.descriptor.id == specification.id }) else {
      throw RegistryError.unknown(
        kind: "explainer", id: specification.id, known: explainers.map(\.descriptor.id))
    }
    return try resolvingExplainers { try entry.make(specification.values) }
  }

  /// The metric that a text such as `average-drop` names.
  ///
  /// - Throws: `OptionError` or `RegistryError` with the nearest names.
  public func metric(_ text: String) throws -> any Metric {
    let specification = try Specification(parsing: text)
    guard let entry = metrics.first(where: { $0.descriptor.id == specification.id }) else {
      throw RegistryError.unknown(kind: "metric", id: specification.id, known: metrics.map(\.descriptor.id))
    }
    return try entry.make(specification.values)
  }

  /// The data set that a text names: its id with options, such as `shapes:seed=1`, or a path of one.
  ///
  /// What is a path is asked of the data sets registered last first, so that the special ones go before the general.
  ///
  /// - Parameters:
  ///   - text: the id with options, or a path.
  ///   - values: options beside those of the text.
  /// - Throws: `OptionError` or `RegistryError` with the nearest names, `DatasetError`.
  public func dataset(_ text: String, with values: [(key: String, value: String)] = []) throws -> any Dataset
  {
    if let specification = try? Specification(parsing: text),
      let entry = datasets.first(where: { $0.descriptor.id == specification.id })
    {
      return try entry.make(specification.values + values)
    }
    for entry in datasets.reversed() {
      if let dataset = try entry.open(text, values) { return dataset }
    }
    throw RegistryError.unknownDataset(text: text, known: datasets.map(\.descriptor.id))
  }

  /// Loads the model of a directory with the first family that matches it; families registered last are asked first,
  /// so that a third party's variant goes before the general one.
  ///
  /// - Throws: `RegistryError` when no family matches; what the family throws otherwise.
  public func loadModel(_ directory: ModelDirectory, _ request: LoadRequest) throws -> any Model {
    try entry(for: directory).architecture.load(directory, request)
  }

  /// Throws `RegistryError` where no family loads the model of a directory, by its configuration alone.
  public func checkFamily(_ directory: ModelDirectory) throws { _ = try entry(for: directory) }

  /// Whether the model of a directory can be given classes as texts.
  ///
  /// - Throws: `RegistryError` when no family matches.
  public func readsTexts(_ directory: ModelDirectory) throws -> Bool {
    try entry(for: directory).architecture.readsTexts(directory)
  }

  /// Loads a model by the path of its directory, or by its name on the Hugging Face hub where it was downloaded before.
  ///
  /// - Parameters:
  ///   - model: the path or the name.
  ///   - classes: the classes that it is to have; nil for its own.
  ///   - kernels: what it runs on; nil for the fastest ones of this processor.
  /// - Throws: as for a directory; `ModelDirectoryError` where there is none.
  public func loadModel(
    _ model: String, classes: ClassSource? = nil, on kernels: (any Kernels)? = nil
  ) throws -> any Model {
    try loadModel(
      ModelDirectory(model),
      LoadRequest(kernels: kernels ?? KernelSelection.makeKernels(), classes: classes))
  }

  /// Makes a model of a directory's configuration that has learnt nothing yet.
  ///
  /// - Throws: as `loadModel`, and where the family can't be trained.
  public func makeUntrainedModel(
    _ directory: ModelDirectory, labels: [String], random: inout SeededRandom, on kernels: any Kernels
  ) throws -> any TrainableModel {
    try entry(for: directory).architecture.makeUntrained(
      directory, labels: labels, random: &random, on: kernels)
  }

  private func entry(for directory: ModelDirectory) throws(RegistryError) -> ModelEntry {
    guard let entry = models.last(where: { $0.architecture.matches(directory) }) else {
      let foreign = ForeignModel(directory, among: models.map(\.descriptor))
      throw .unsupportedModel(
        path: directory.path, configuration: directory.summary, kind: foreign.kind, near: foreign.near,
        known: models.map(\.descriptor.id))
    }
    return entry
  }
}

extension Registry: CustomStringConvertible {
  /// How much there is of each kind.
  public var description: String {
    "\(counted(models.count, "model family", plural: "model families")), \(counted(explainers.count, "explainer")), "
      + "\(counted(metrics.count, "metric")), \(counted(datasets.count, "data set"))"
  }
}

/// Why a registry can't be built, or does not know something.
public enum RegistryError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Two things have the same id.
  case duplicate(kind: String, id: String)
  /// An id that is not kebab-case.
  case malformedID(kind: String, id: String)
  /// Nothing has this id.
  case unknown(kind: String, id: String, known: [String])
  /// No family of models matches a directory: what it is, where that is known, what loads of its architecture, and the ids of
  /// the families.
  case unsupportedModel(path: String, configuration: String, kind: String?, near: [String], known: [String])
  /// A text is neither a data set's id nor the path of one.
  case unknownDataset(text: String, known: [String])

  public var description: String {
    switch self {
    case .duplicate(let kind, let id): "two things are registered as the \(kind) '\(id)'; rename one"
    case .malformedID(let kind, let id):
      "the \(kind) id '\(id)' is not kebab-case: small letters, digits and hyphens, a letter first"
    case .unknown(let kind, let id, let known):
      "there is no \(kind) '\(id)'\(suggestion(for: id, among: known)); known are \(known.joined(separator: ", "))"
    case .unsupportedModel(let path, let configuration, let kind, let near, let known):
      "\(FileName.shown(path)): no plugin loads \(configuration)" + (kind.map { ": it is \($0)" } ?? "")
        + (near.isEmpty ? "" : "; what loads of its architecture is \(near.joined(separator: ", "))")
        + "; the families of models are \(known.joined(separator: ", "))"
    case .unknownDataset(let text, let known):
      "'\(text)' is neither a folder or list of images that a data set reads nor the id of one"
        + "\(suggestion(for: text, among: known)); known are \(known.joined(separator: ", "))"
    }
  }
}

extension ModelDirectory {
  /// What the configuration says the model is, for messages: `model_type bert, BertForMaskedLM`.
  var summary: String {
    let type = (try? config.optionalString("model_type")).flatMap { $0 }.map { "model_type \($0)" }
    let classes = (try? config.optionalStrings("architectures")).flatMap { $0 } ?? []
    let architecture = (try? config.optionalString("architecture")).flatMap { $0 }.map { "timm's \($0)" }
    let parts = ([architecture, type].compactMap { $0 } + classes)
    return parts.isEmpty ? "a configuration that names no architecture" : parts.joined(separator: ", ")
  }
}
