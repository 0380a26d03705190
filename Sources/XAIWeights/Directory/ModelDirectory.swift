#if canImport(FoundationEssentials)
import XAIFoundation
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
  /// The bytes of `preprocessor_config.json`, nil where there is none.
  public let preprocessorConfig: Data?

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
    self.preprocessorConfig = try Self.preprocessorConfig(in: location.directory)
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

  private static func preprocessorConfig(in directory: String) throws(ConfigurationError) -> Data? {
    let file = "\(directory)/preprocessor_config.json"
    do throws(ReadFailure) {
      let contents = try FileBytes(mapping: file)
      guard contents.count <= Configuration.byteLimit else {
        throw ReadFailure(reason: "it is over the limit of \(Configuration.byteLimit) bytes")
      }
      return contents.withBytes { Data($0) }
    } catch {
      guard error.isAbsent else { throw .unreadable(file: file, reason: error.reason) }
      return nil
    }
  }
}
