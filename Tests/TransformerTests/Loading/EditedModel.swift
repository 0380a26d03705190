import Foundation
import XAICore
import XAIImage
import XAIModels
import XAITensor
import XAITesting
import XAITransformer
import XAIWeights

/// A copy of a fixture model whose configuration and weights can be changed, gone when the test is over.
final class EditedModel {
  let path: String
  private var config: [String: Any]

  init(_ fixture: String, in folder: String = "models") throws {
    let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fixtures/\(folder)/\(fixture)")
    path = NSTemporaryDirectory() + "xai-transformer-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    for name in ["model.safetensors", "preprocessor_config.json"] {
      try? FileManager.default.copyItem(
        atPath: source.appendingPathComponent(name).path, toPath: "\(path)/\(name)")
    }
    let data = try Data(contentsOf: source.appendingPathComponent("config.json"))
    config = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
  }

  /// Sets keys of the configuration; a dotted key is one of a nested object, and nil takes the key away.
  func set(_ values: [(key: String, value: Any?)]) -> EditedModel {
    for (key, value) in values {
      let parts = key.split(separator: ".").map(String.init)
      if parts.count == 2 {
        var nested = config[parts[0]] as? [String: Any] ?? [:]
        nested[parts[1]] = value
        config[parts[0]] = nested
      } else {
        config[key] = value
      }
    }
    return self
  }

  /// Changes the tensors of the weights.
  func edit(_ change: (inout [String: Tensor]) -> Void) throws -> EditedModel {
    let file = try SafetensorsFile(path: "\(path)/model.safetensors")
    var tensors: [String: Tensor] = [:]
    for tensor in file.tensors { tensors[tensor.name] = try file.tensor(tensor.name) }
    change(&tensors)
    try SafetensorsWriter().write(tensors, to: "\(path)/edited.safetensors")
    try FileManager.default.removeItem(atPath: "\(path)/model.safetensors")
    try FileManager.default.moveItem(
      atPath: "\(path)/edited.safetensors", toPath: "\(path)/model.safetensors")
    return self
  }

  /// Takes a file away.
  func without(_ name: String) throws -> EditedModel {
    try FileManager.default.removeItem(atPath: "\(path)/\(name)")
    return self
  }

  /// The directory with the configuration as it is now.
  func directory() throws -> ModelDirectory {
    let data = try JSONSerialization.data(withJSONObject: config)
    try data.write(to: URL(fileURLWithPath: "\(path)/config.json"))
    return try ModelDirectory(path)
  }

  /// Loads the model as a user would.
  func load() throws -> any Model {
    try Registry(plugins: builtInModels).loadModel(
      directory(), LoadRequest(kernels: AvailableKernels.preferred.make()))
  }

  /// What loading says is wrong; nil where it loads.
  func failure() -> String? {
    do {
      _ = try load()
      return nil
    } catch {
      return "\(error)"
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
