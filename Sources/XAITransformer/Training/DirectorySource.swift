import XAITensor
import XAIWeights

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The configuration of the directory that a model came from, kept for writing the model with what it doesn't change.
struct DirectorySource: Sendable {
  let format: ModelDirectory.Format
  /// The members of `config.json`.
  let config: [String: JSONValue]
  /// The members of `preprocessor_config.json`, empty where there is none.
  let preprocessor: [String: JSONValue]
  /// The token of masked patches, where the weights have one.
  var maskToken: Tensor?

  init(_ directory: ModelDirectory) throws(ConfigurationError) {
    self.format = directory.format
    self.config = directory.config.value.members
    let file = "\(directory.path)/preprocessor_config.json"
    let text = directory.preprocessorConfig.map { String(decoding: $0, as: UTF8.self) }
    self.preprocessor =
      try text.map { text throws(ConfigurationError) in
        try Configuration(text: text, file: file).value.members
      } ?? [:]
  }
}

extension JSONValue {
  /// The members of an object; nothing of any other value.
  var members: [String: JSONValue] { if case .object(let members) = self { members } else { [:] } }
}
