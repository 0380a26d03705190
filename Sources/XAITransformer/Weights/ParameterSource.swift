import XAITensor
import XAIWeights

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Where a model takes its parameters from as it is put together, and how many they are.
final class ParameterSource {
  private let source: (_ name: String, _ shape: Shape) -> Tensor
  private let naming: (_ owner: String, _ parameter: CheckpointNaming.Parameter) -> String
  /// The parameters that were taken so far.
  private(set) var count = 0

  /// Takes parameters from `source`, those of linear maps and norms by the names that `naming` gives.
  init(
    _ source: @escaping (_ name: String, _ shape: Shape) -> Tensor,
    naming: @escaping (_ owner: String, _ parameter: CheckpointNaming.Parameter) -> String = {
      "\($0).\($1.rawValue)"
    }
  ) {
    self.source = source
    self.naming = naming
  }

  func tensor(_ name: String, _ shape: Shape) -> Tensor {
    count += shape.count
    return source(name, shape)
  }

  /// The matrix of a linear map.
  func weight(_ name: String, _ outputs: Int, _ inputs: Int) -> Tensor {
    tensor(naming(name, .weight), [outputs, inputs])
  }

  func linear(_ name: String, _ outputs: Int, _ inputs: Int, hasBias: Bool = true) -> Linear {
    Linear(
      weight: weight(name, outputs, inputs), bias: hasBias ? tensor(naming(name, .bias), [outputs]) : nil)
  }

  func norm(_ name: String, _ width: Int) -> Norm {
    Norm(weight: tensor(naming(name, .weight), [width]), bias: tensor(naming(name, .bias), [width]))
  }

  /// A convolution whose patches don't overlap, as the linear map of a patch's values.
  func patchProjection(
    _ name: String, _ patch: PatchSize, outputs: Int, hasBias: Bool = true
  ) -> Linear {
    Linear(
      weight: tensor(naming(name, .weight), patch.projectionShape(outputs: outputs))
        .flattened(to: [outputs, patch.valueCount]),
      bias: hasBias ? tensor(naming(name, .bias), [outputs]) : nil)
  }
}

extension Tensor {
  /// The same elements as a matrix; a placeholder that could not take its shape stays what it is.
  func flattened(to shape: Shape) -> Tensor { count == shape.count ? reshaped(to: shape) : self }
}

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
