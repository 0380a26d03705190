import XAIFoundation

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// The directory of a trained model, as Hugging Face or timm writes it: `config.json` and weights.
public struct ModelDirectory: Sendable {
  /// Who wrote the configuration.
  public enum Format: Hashable, Sendable {
    /// `transformers`: `model_type`, `hidden_size`, …, and often a `preprocessor_config.json`.
    case huggingFace
    /// `timm`: `architecture` and `pretrained_cfg`, which has the preprocessing too.
    case timm
  }

  /// Where the directory lies.
  public let path: String
  /// Who wrote the configuration.
  public let format: Format
  /// `config.json`.
  public let config: Configuration
  /// What the image processor of `transformers` does: `image_processor` of `processor_config.json`, or else
  /// `preprocessor_config.json`; nil where there is neither.
  public let imageProcessor: Configuration?

  /// The weight file that the user named, nil where the directory decides.
  private let weightFile: String?

  /// Finds a model by what a user calls it.
  ///
  /// - Parameters:
  ///   - model: the path of a directory or of a `.safetensors` file in one, or the name of a repository that is in
  ///     the local Hugging Face cache, with an optional `@revision`. What exists as a path is taken as one.
  ///   - environment: the variables that say where the cache lies.
  /// - Throws: `ModelDirectoryError` where nothing is found, `ConfigurationError` where its configuration is wrong.
  public init(
    _ model: String, environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws {
    let location = try Self.location(of: model, environment: environment)
    self.path = location.directory
    self.weightFile = location.weightFile
    let file = "\(location.directory)/config.json"
    guard fileExists(file) else { throw ModelDirectoryError.noConfiguration(directory: location.directory) }
    self.config = try Configuration(path: file)
    self.format = try Self.format(of: config)
    self.imageProcessor = try Self.imageProcessor(in: location.directory)
  }

  /// Opens the weights: maps them and checks their headers, nothing more.
  ///
  /// Throws `WeightStoreError` where there are none, and `SafetensorsError` where a file is wrong.
  public func weights() throws -> WeightStore {
    guard let weightFile else { return try WeightStore(directory: path) }
    return WeightStore(file: try SafetensorsFile(path: weightFile))
  }

  private static func format(of config: Configuration) throws(ModelDirectoryError) -> Format {
    // First timm: transformers wraps its models under `model_type` and keeps its keys.
    if config.optionalValue("pretrained_cfg") != nil || config.optionalValue("architecture") != nil {
      return .timm
    }
    if config.optionalValue("model_type") != nil || config.optionalValue("architectures") != nil {
      return .huggingFace
    }
    throw .unknownFormat(file: config.file)
  }

  /// The configuration of the image processor, from the place where `transformers` looks first.
  private static func imageProcessor(in directory: String) throws(ConfigurationError) -> Configuration? {
    let whole = try Configuration(optionalPath: "\(directory)/processor_config.json")
    if let nested = try whole?.section("image_processor") { return nested }
    return try Configuration(optionalPath: "\(directory)/preprocessor_config.json")
  }
}

extension ModelDirectory {
  /// Where a model lies: a path that exists wins over a repository of the same name.
  static func location(
    of model: String, environment: [String: String]
  ) throws(ModelDirectoryError) -> (directory: String, weightFile: String?) {
    var isDirectory = false
    if !model.isEmpty, FileManager.default.fileExists(atPath: model, isDirectory: &isDirectory) {
      guard !isDirectory else { return (trimmed(model), nil) }
      guard model.hasSuffix(".safetensors") else { throw .notAModel(path: model) }
      let slash = model.lastIndex(of: "/")
      return (slash.map { trimmed(String(model[...$0])) } ?? ".", model)
    }
    guard let id = RepositoryID(model) else { throw .notFound(model: model) }
    let cache = HubCache(environment: environment)
    guard let snapshot = cache.snapshot(of: id) else {
      throw .notCached(repository: id, cache: cache.path, cached: cache.models)
    }
    return (snapshot, nil)
  }

  /// A path without its last slashes, the root excepted.
  private static func trimmed(_ path: String) -> String {
    var path = Substring(path)
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    return String(path)
  }
}

/// Why no model is found where the user says it is.
public enum ModelDirectoryError: Error, Hashable, Sendable {
  /// The string is neither a path of anything nor the name of a repository.
  case notFound(model: String)
  /// The repository isn't in the local cache.
  case notCached(repository: RepositoryID, cache: String, cached: [String])
  /// The path is a file of another kind.
  case notAModel(path: String)
  /// The directory has no `config.json`.
  case noConfiguration(directory: String)
  /// The configuration is neither Hugging Face's nor timm's.
  case unknownFormat(file: String)
}

extension ModelDirectoryError: CustomStringConvertible {
  /// What is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .notFound(let model):
      "\(quoted(model)) is neither a directory nor the name of a repository. Give the directory that holds "
        + "config.json and model.safetensors, or a name like google/vit-base-patch16-224"
    case .notCached(let repository, let cache, let cached):
      "\(quoted(repository.description)) is neither a directory nor in the local cache \(quoted(cache)). Get it with\n"
        + "  hf download \(repository.name)\(repository.revision.map { " --revision \($0)" } ?? "")\n"
        + "(huggingface-cli download in older versions). "
        + (cached.isEmpty ? "Nothing is cached yet" : "Cached are: \(listed(cached))")
    case .notAModel(let path):
      "\(quoted(path)) is a file that isn't .safetensors. Give the directory that holds config.json and the weights"
    case .noConfiguration(let directory):
      "\(quoted(directory)) has no config.json. Put the one of the model there, or complete the download"
    case .unknownFormat(let file):
      "\(quoted(file)) is neither a Hugging Face configuration (with 'model_type' or 'architectures') nor one of "
        + "timm (with 'architecture' or 'pretrained_cfg'). Check that it belongs to a model"
    }
  }
}
