import Foundation
import XAICore
import XAIExplainers
import XAIFoundation
import XAIModels
import XAITensor
import XAITesting
import XAIWeights

/// A small model of `Tests/Fixtures` as a directory of its own, in which tensors and configuration may be changed.
final class CLIPFixture {
  static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures")

  let path: String

  /// Copies a model.
  ///
  /// - Parameters:
  ///   - kind: the folder of the fixtures that has it.
  ///   - tensors: changes the weights.
  ///   - config: changes the members of `config.json`.
  init(
    _ name: String, of kind: String = "models", tensors edit: (inout [String: Tensor]) -> Void = { _ in },
    config change: (inout [String: JSONValue]) -> Void = { _ in }
  ) throws {
    path = FileManager.default.temporaryDirectory.path + "/xai-clip-\(UUID().uuidString)"
    try FileManager.default.copyItem(
      atPath: Self.fixtures.appending(path: "\(kind)/\(name)").path, toPath: path)
    let file = try SafetensorsFile(path: "\(path)/model.safetensors")
    var tensors = Dictionary(
      uniqueKeysWithValues: try file.tensors.map { ($0.name, try file.tensor($0.name)) })
    edit(&tensors)
    try SafetensorsWriter().write(tensors, to: "\(path)/model.safetensors")
    guard case .object(var members) = try Configuration(path: "\(path)/config.json").value else { return }
    change(&members)
    try Data(JSONValue.object(members).jsonText.utf8).write(to: URL(filePath: "\(path)/config.json"))
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func load(_ classes: ClassSource? = nil) throws -> any Model {
    try Registry(plugins: builtInModels + builtInExplainers).loadModel(
      path, classes: classes, on: AvailableKernels.preferred.make())
  }

  /// The directory, which is there as long as this.
  func directory() throws -> ModelDirectory { try ModelDirectory(path) }

  /// What PyTorch computed with the model as it was.
  func expected(_ key: String) throws -> Tensor {
    try SafetensorsFile(path: "\(path)/expected.safetensors").tensor(key)
  }

  /// The class vectors of the fixture.
  func vectors(scale: Float? = nil) throws -> ClassSource {
    let vectors = try expected("class_vectors")
    return .vectors(
      try ClassVectors(vectors, names: (0..<vectors.shape[0]).map { "class \($0)" }, scale: scale))
  }
}
