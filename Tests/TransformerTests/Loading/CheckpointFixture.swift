import Foundation
import XAICore
import XAIModels
import XAITensor
import XAITesting
import XAIWeights

/// What peft, transformers and timm make of small models in other forms; see `generate.py` in `Tests/Fixtures/checkpoints`.
struct CheckpointFixture: Decodable {
  struct Scores: Decodable, CustomStringConvertible {
    var classes: Int
    var problemType: String?
    var scores: [Float]

    var description: String { "\(classes) classes, \(problemType ?? "no problem_type")" }
  }

  var scores: [Scores]

  private static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures")

  static func path(_ name: String) -> String { fixtures.appendingPathComponent("checkpoints/\(name)").path }

  static let shared: CheckpointFixture = {
    do {
      return try JSONDecoder().decode(
        CheckpointFixture.self, from: Data(contentsOf: URL(fileURLWithPath: path("expected.json"))))
    } catch {
      fatalError("expected.json: \(error)")
    }
  }()

  /// The logits of a case.
  static func logits(_ name: String) throws -> Tensor {
    try SafetensorsFile(path: path("expected.safetensors")).tensor("\(name).logits")
  }

  /// The images that a small model was asked about.
  static func input(of model: String) throws -> Tensor {
    try SafetensorsFile(path: fixtures.appendingPathComponent("models/\(model)/expected.safetensors").path)
      .tensor("input")
  }

  /// The logits of a small model as it is.
  static func logits(of model: String) throws -> Tensor {
    try SafetensorsFile(path: fixtures.appendingPathComponent("models/\(model)/expected.safetensors").path)
      .tensor("logits")
  }

  static func load(_ path: String) throws -> any Model {
    try Registry(plugins: builtInModels).loadModel(
      ModelDirectory(path), LoadRequest(kernels: AvailableKernels.preferred.make()))
  }
}

/// The largest difference of two tensors of one shape; infinite for other shapes.
func distance(_ a: Tensor, _ b: Tensor) -> Float {
  guard a.shape == b.shape else { return .infinity }
  return zip(a.elements, b.elements).map { abs($0 - $1) }.max() ?? 0
}
