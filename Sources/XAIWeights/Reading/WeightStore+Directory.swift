#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension WeightStore {
  private static let fileName = "model.safetensors"
  private static let indexName = "model.safetensors.index.json"

  /// Opens the weights of a model directory: `model.safetensors`, else the shards that
  /// `model.safetensors.index.json` names, else the only safetensors file there.
  ///
  /// Throws `WeightStoreError` where there are none, and `SafetensorsError` where one is wrong.
  public init(directory: String) throws {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory))?.sorted() ?? []
    let candidates = names.filter { $0.hasSuffix(".safetensors") }
    if names.contains(Self.fileName) {
      try self.init(file: SafetensorsFile(path: "\(directory)/\(Self.fileName)"))
    } else if names.contains(Self.indexName) {
      try self.init(index: "\(directory)/\(Self.indexName)")
    } else if let only = candidates.first, candidates.count == 1 {
      try self.init(file: SafetensorsFile(path: "\(directory)/\(only)"))
    } else if !candidates.isEmpty {
      throw WeightStoreError.ambiguousWeights(directory: directory, files: candidates)
    } else if let pickle = names.first(where: Self.isPickle) {
      throw WeightStoreError.pickledWeights(directory: directory, file: pickle)
    } else {
      throw WeightStoreError.noWeights(directory: directory)
    }
  }

  private static func isPickle(_ name: String) -> Bool {
    [".bin", ".pt", ".pth", ".ckpt"].contains { name.hasSuffix($0) }
  }
}

/// Whether something lies at a path, links followed.
func fileExists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
