package import XAITensor
package import XAIWeights

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Where a model takes its parameters from as it is put together, and which they are.
package final class ParameterSource {
  private let source: (_ name: String, _ shape: TensorShape) -> Tensor
  private let naming: (_ owner: String, _ parameter: CheckpointNaming.Parameter) -> String
  /// How many numbers were taken so far.
  package private(set) var count = 0

  /// Takes parameters from `source`, those of linear layers and norms by the names that `naming` gives.
  package init(
    _ source: @escaping (_ name: String, _ shape: TensorShape) -> Tensor,
    naming: @escaping (_ owner: String, _ parameter: CheckpointNaming.Parameter) -> String = {
      "\($0).\($1.rawValue)"
    }
  ) {
    self.source = source
    self.naming = naming
  }

  package func tensor(_ name: String, _ shape: TensorShape) -> Tensor {
    count += shape.count
    return source(name, shape)
  }

  /// The matrix of a linear layer.
  func weight(_ name: String, _ outputs: Int, _ inputs: Int) -> Tensor {
    tensor(naming(name, .weight), [outputs, inputs])
  }

  package func linear(_ name: String, _ outputs: Int, _ inputs: Int, hasBias: Bool = true) -> Linear {
    Linear(
      weight: weight(name, outputs, inputs), bias: hasBias ? tensor(naming(name, .bias), [outputs]) : nil)
  }

  package func norm(_ name: String, _ width: Int) -> Norm {
    Norm(weight: tensor(naming(name, .weight), [width]), bias: tensor(naming(name, .bias), [width]))
  }

  /// A convolution whose patches don't overlap, as the linear layer of a patch's values.
  package func patchProjection(
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
  package func flattened(to shape: TensorShape) -> Tensor {
    count == shape.count ? reshaped(to: shape) : self
  }

  /// A matrix with its rows as columns; a placeholder that has no elements stays one.
  package func transposed(rows: Int, columns: Int) -> Tensor {
    guard count == rows * columns else { return self }
    let x = elements
    return Tensor([columns, rows]) { result in
      for row in 0..<rows {
        for column in 0..<columns { result[column * rows + row] = x[row * columns + column] }
      }
    }
  }
}

/// The configuration of the directory that a model came from, kept for writing the model with what it doesn't change.
package struct DirectorySource: Sendable {
  let format: ModelDirectory.Format
  /// The members of `config.json`.
  let config: [String: JSONValue]
  /// The members of the image processor's configuration, empty where there is none.
  let preprocessor: [String: JSONValue]
  /// What the weights have and nothing is made of, by name, such as the token of masked patches.
  var unread: [String: Tensor] = [:]

  /// Keeps the configuration of a directory.
  package init(_ directory: ModelDirectory) {
    self.format = directory.format
    self.config = directory.config.value.members
    self.preprocessor = directory.imageProcessor?.value.members ?? [:]
  }
}

extension JSONValue {
  /// The members of an object; nothing of any other value.
  var members: [String: JSONValue] { if case .object(let members) = self { members } else { [:] } }
}
