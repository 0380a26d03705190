import XAIFoundation

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// The directory of a trained model, as Hugging Face or timm writes it: `config.json` and weights.
///
/// A directory may be that of an adapter, which is merged into its base model.
public struct ModelDirectory: Sendable {
  /// Who wrote the configuration.
  public enum Format: Hashable, Sendable {
    /// `transformers`: `model_type`, `hidden_size`, …, and often a `preprocessor_config.json`.
    case huggingFace
    /// `timm`: `architecture` and `pretrained_cfg`, which has the preprocessing too.
    case timm
    /// OpenCLIP: `model_cfg` and `preprocess_cfg`, in `open_clip_config.json`.
    case openCLIP
  }

  /// Where the directory lies.
  public let path: String
  /// What people call the model: its repository where it comes from the cache, else the last part of its path.
  public let name: String
  /// Who wrote the configuration.
  public let format: Format
  /// `config.json`; OpenCLIP's `open_clip_config.json` where that is alone, or OpenCLIP's weights are named.
  public let config: Configuration
  /// What the image processor of `transformers` does: `image_processor` of `processor_config.json`, or else
  /// `preprocessor_config.json`; nil where there is neither.
  public let imageProcessor: Configuration?
  /// What a user should know of how the model was found, a sentence each.
  public let notes: [String]

  /// The weight file that the user named, nil where the directory decides.
  private let weightFile: String?
  /// The directory of the weights that an adapter is for; that of the model itself in most cases.
  private let weightDirectory: String
  private let adapter: LowRankAdapter?

  /// Finds a model by what a user calls it.
  ///
  /// - Parameters:
  ///   - model: the path of a directory or of a `.safetensors` file in one, or the name of a repository that is in
  ///     the local Hugging Face cache, with an optional `@revision`. What exists as a path is taken as one.
  ///   - environment: the variables that say where the cache lies.
  /// - Throws: `ModelDirectoryError` where nothing is found, `ConfigurationError` where its configuration is wrong, and
  ///   `AdapterError` or `WeightStoreError` for an adapter that can't be merged.
  public init(
    _ model: String, environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws {
    let place = try ModelPlace(of: model, environment: environment)
    var notes = place.notes
    let own = try Self.configuration(of: place)
    let adapterPath = "\(place.directory)/\(LowRankAdapter.configurationName)"
    guard let adapterConfig = try Configuration(optionalPath: adapterPath) else {
      guard let own else { throw place.missingConfiguration(environment: environment) }
      path = place.directory
      name = place.name
      config = own
      format = try Self.format(of: own)
      imageProcessor = try Self.imageProcessor(in: place.directory, &notes)
      (weightFile, weightDirectory, adapter) = (place.weightFile, place.directory, nil)
      self.notes = notes
      return
    }
    let base = try Self.base(of: place, adapterConfig, hasConfiguration: own != nil, environment: environment)
    var config = try own ?? Configuration(path: "\(base)/config.json")
    let adapter = try LowRankAdapter(
      directory: place.directory, config: adapterConfig, modelType: config.optionalString("model_type"))
    let format = try Self.format(of: config)
    if format == .huggingFace, let count = adapter.classCount {
      config = try Self.withClasses(count, config, &notes)
    }
    // Names that look alike are two folders.
    let hasOwnBase = base.utf8.elementsEqual(place.directory.utf8)
    if !hasOwnBase {
      notes.append("\(quoted(place.name)) is an adapter of the model in \(quoted(base))")
    }
    path = place.directory
    name = place.name
    self.format = format
    imageProcessor =
      try Self.imageProcessor(in: place.directory, &notes)
      ?? (hasOwnBase ? nil : Self.imageProcessor(in: base, &notes))
    self.config = config
    self.adapter = adapter
    weightDirectory = base
    weightFile = place.weightFile.flatMap { $0.hasSuffix(LowRankAdapter.weightsName) ? nil : $0 }
    self.notes = notes
  }

  /// The repository that a model's name stands for; nil where a path wins, or the name can't be one.
  package static func repository(of model: String) -> RepositoryID? {
    ModelPlace.repository(of: model)
  }

  /// Opens the weights: maps them and checks their headers, nothing more.
  ///
  /// Throws `WeightStoreError` where there are none, `SafetensorsError` where a file is wrong, and `AdapterError` for an adapter that
  /// doesn't fit.
  public func weights() throws -> WeightStore {
    if let quantisation = try config.section("quantization_config") {
      let method = try quantisation.optionalString("quant_method") ?? "of some kind"
      throw config.unsupported(
        "quantization_config", value: "'\(method)'",
        supported: "weights in float32, float16, bfloat16 or float64")
    }
    let modelType = format == .huggingFace ? try config.optionalString("model_type") : nil
    let store: WeightStore
    if let weightFile {
      store = WeightStore(file: try SafetensorsFile(path: weightFile), modelType: modelType)
    } else {
      store = try WeightStore(directory: weightDirectory, modelType: modelType)
    }
    return try adapter?.applied(to: store) ?? store
  }

  /// `config.json`, else OpenCLIP's; that one first where OpenCLIP's weights are named, which may lie beside another library's.
  private static func configuration(of place: ModelPlace) throws(ConfigurationError) -> Configuration? {
    let names = ["config.json", "open_clip_config.json"].map { "\(place.directory)/\($0)" }
    let isOpenCLIP = place.weightFile.map { FileSystem.name(of: $0).hasPrefix("open_clip") } ?? false
    for path in isOpenCLIP ? names.reversed() : names {
      if let found = try Configuration(optionalPath: path) { return found }
    }
    return nil
  }

  private static func format(of config: Configuration) throws(ModelDirectoryError) -> Format {
    // First timm: transformers wraps its models under `model_type` and keeps its keys.
    if config.optionalValue("pretrained_cfg") != nil || config.optionalValue("architecture") != nil {
      return .timm
    }
    if config.optionalValue("model_cfg") != nil { return .openCLIP }
    if config.optionalValue("model_type") != nil || config.optionalValue("architectures") != nil {
      return .huggingFace
    }
    if let part = try? config.optionalString("_class_name") {
      throw .diffusion(file: config.file, part: part)
    }
    throw .unknownFormat(file: config.file)
  }

  /// The configuration of the image processor, from the place where `transformers` looks first.
  private static func imageProcessor(
    in directory: String, _ notes: inout [String]
  ) throws(ConfigurationError) -> Configuration? {
    let whole = try Configuration(optionalPath: "\(directory)/processor_config.json")
    let plain = try Configuration(optionalPath: "\(directory)/preprocessor_config.json")
    guard let nested = try whole?.section("image_processor") else { return plain }
    if let plain, plain.value != nested.value {
      notes.append(
        "processor_config.json and preprocessor_config.json say different things; the first one counts, as in transformers"
      )
    }
    return nested
  }
}

// MARK: - Adapters

extension ModelDirectory {
  /// The directory of an adapter's base model: its own where that has weights, else the one that its configuration names.
  private static func base(
    of place: ModelPlace, _ adapter: Configuration, hasConfiguration: Bool, environment: [String: String]
  ) throws -> String {
    let isNamed = place.weightFile.map { !$0.hasSuffix(LowRankAdapter.weightsName) } ?? false
    if hasConfiguration, isNamed || WeightStore.hasWeights(place.directory) { return place.directory }
    guard let name = try adapter.optionalString("base_model_name_or_path"), !name.isEmpty else {
      throw ModelDirectoryError.noBase(adapter: place.directory)
    }
    // A relative path is one from where peft ran; an adapter is often kept in the folder of its model.
    let candidates =
      name.hasPrefix("/") ? [name] : [name, "\(place.directory)/\(name)", "\(place.directory)/../\(name)"]
    for candidate in candidates {
      if FileSystem.kind(of: "\(candidate)/config.json") == .file { return candidate }
    }
    guard RepositoryID(name) != nil, let base = try? ModelPlace(of: name, environment: environment),
      FileSystem.kind(of: "\(base.directory)/config.json") == .file
    else { throw ModelDirectoryError.baseNotFound(adapter: place.directory, base: name) }
    return base.directory
  }

  /// A configuration with another number of classes, which then have no names.
  private static func withClasses(
    _ count: Int, _ config: Configuration, _ notes: inout [String]
  ) throws -> Configuration {
    guard case .object(var members) = config.value else { return config }
    var known = try config.optionalInteger("num_labels") ?? 2
    if case .object(let labels)? = members["id2label"] { known = labels.count }
    guard known != count else { return config }
    for key in ["id2label", "label2id"] { members[key] = nil }
    members["num_labels"] = .integer(count)
    notes.append(
      "the adapter's classifier has \(count) classes and \(quoted(config.file)) \(known), so that the classes have no names; a "
        + "config.json with these classes, in the adapter's folder, gives them")
    return Configuration(.object(members), file: config.file)
  }
}

/// Why no model is found where the user says it is.
public enum ModelDirectoryError: Error, Hashable, Sendable {
  /// The string is neither a path of anything nor the name of a repository.
  case notFound(model: String)
  /// The path is a link that leads nowhere.
  case brokenLink(path: String, target: String)
  /// The repository isn't in the local cache.
  case notCached(repository: RepositoryID, cache: String, cached: [String])
  /// The repository is in the local cache without the files of the revision.
  case incompleteCache(repository: RepositoryID, folder: String)
  /// The path is a file of another kind.
  case notAModel(path: String)
  /// The path is a Python pickle, which runs code when it is read.
  case pickle(path: String)
  /// The directory has no `config.json`; `cached` is where the cache has a repository of the same name, and `found` what the
  /// directory has that says why.
  case noConfiguration(directory: String, cached: String?, found: String?)
  /// The configuration is that of a part of a diffusion model.
  case diffusion(file: String, part: String)
  /// The configuration is neither Hugging Face's nor timm's.
  case unknownFormat(file: String)
  /// An adapter doesn't say which model it is for.
  case noBase(adapter: String)
  /// The model that an adapter is for isn't there.
  case baseNotFound(adapter: String, base: String)
}

extension ModelDirectoryError: CustomStringConvertible {
  /// What is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .notFound(let model):
      "\(quoted(model)) is neither a directory nor the name of a repository. Give the directory that holds "
        + "config.json and model.safetensors, or a name like google/vit-base-patch16-224"
    case .brokenLink(let path, let target):
      brokenLinkText(path, target: target)
    case .notCached(let repository, let cache, let cached):
      "\(quoted(repository.description)) is neither a directory nor in the local cache \(quoted(cache)). "
        + (repository.name.contains("/")
          ? "Get it with XAIHub's ModelHub, or with\n  \(repository.download)\n(huggingface-cli download in older versions). "
          : "Give the path of a directory, or a name with its owner, such as google/vit-base-patch16-224. ")
        + (cached.isEmpty ? "Nothing is cached yet" : "Cached are: \(listed(cached))")
    case .incompleteCache(let repository, let folder):
      "\(quoted(repository.description)) is in the local cache, \(quoted(folder)), without the files of that revision. Get them with "
        + "XAIHub's ModelHub, or with\n  \(repository.download)"
    case .notAModel(let path):
      "\(quoted(path)) is a file that isn't .safetensors. Give the directory that holds config.json and the weights"
    case .pickle(let path):
      "\(quoted(path)) is a Python pickle by its name, which isn't read because pickles run code. Convert it once in Python: "
        + "safetensors.torch.save_file(state_dict, 'model.safetensors'), and give the directory with config.json"
    case .noConfiguration(let directory, let cached, let found):
      "\(quoted(directory)) has no config.json"
        + (found.map {
          "; it holds \($0). Give the directory of a model, with its config.json and model.safetensors"
        }
          ?? ". Put the one of the model there, or complete the download")
        + (cached.map {
          ". The local cache has a repository of this name, which this folder hides: \(quoted($0))"
        } ?? "")
    case .diffusion(let file, let part):
      "\(quoted(file)) is that of a \(part), a part of a diffusion model, which makes images and tells no classes apart"
    case .unknownFormat(let file):
      "\(quoted(file)) is neither a Hugging Face configuration (with 'model_type' or 'architectures') nor one of "
        + "timm (with 'architecture' or 'pretrained_cfg'). Check that it belongs to a model"
    case .noBase(let adapter):
      "\(quoted(adapter)) is an adapter that doesn't say which model it is for. Put that model's config.json and weights there, or set "
        + "'base_model_name_or_path' in adapter_config.json"
    case .baseNotFound(let adapter, let base):
      "\(quoted(adapter)) is an adapter of the model \(quoted(base)), which is neither a directory nor in the local cache. "
        + (RepositoryID(base).map { "Get it with XAIHub's ModelHub, or with\n  \($0.download)\nor put" }
          ?? "Put")
        + " its config.json and weights into the adapter's directory"
    }
  }
}

extension RepositoryID {
  /// The command that gets it.
  var download: String { "hf download \(name)\(revision.map { " --revision \($0)" } ?? "")" }
}
