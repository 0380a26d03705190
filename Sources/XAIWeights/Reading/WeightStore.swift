import XAIFoundation
public import XAITensor

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The weights of one model, from one safetensors file or from several shards.
///
/// Opening maps the files and reads their headers; elements are read when a tensor is asked for.
public struct WeightStore: Sendable {
  /// What messages call the weights: the path of the file or of the index.
  public let path: String
  /// Every tensor, sorted by name, with type and shape.
  public let tensors: [StoredTensor]

  private let fileOfTensor: [String: SafetensorsFile]

  /// Opens one file.
  public init(file: SafetensorsFile) {
    self.init(path: file.path, contents: [(file, file.tensors)])
  }

  /// Opens the shards that an index names.
  ///
  /// The index decides: tensors of a shard that it doesn't name are not there. Throws `WeightStoreError` where the
  /// index is wrong or a shard is missing, and `SafetensorsError` where a shard is wrong.
  public init(index path: String) throws {
    let index = try ShardIndex(path: path)
    let directory = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    var found: [(SafetensorsFile, [StoredTensor])] = []
    for (shard, names) in index.tensorsOfShard.sorted(by: { $0.key < $1.key }) {
      guard fileExists(directory + shard) else {
        throw WeightStoreError.missingShard(index: path, shard: shard, tensorCount: names.count)
      }
      let file = try SafetensorsFile(path: directory + shard)
      let tensors = try names.map { name in
        guard let tensor = file[name] else {
          throw WeightStoreError.tensorNotInShard(index: path, tensor: name, shard: shard)
        }
        return tensor
      }
      found.append((file, tensors))
    }
    self.init(path: path, contents: found)
  }

  private init(path: String, contents: [(file: SafetensorsFile, tensors: [StoredTensor])]) {
    self.path = path
    self.tensors = contents.flatMap(\.tensors).sorted { $0.name < $1.name }
    // A name comes once: one file's header has no name twice, and an index gives each name one shard.
    self.fileOfTensor = Dictionary(
      uniqueKeysWithValues: contents.flatMap { content in content.tensors.map { ($0.name, content.file) } })
  }

  /// What the files say of a tensor, nil where none has that name.
  public subscript(name: String) -> StoredTensor? { fileOfTensor[name]?[name] }

  /// Reads a tensor as float32, in place where it can, as `SafetensorsFile.tensor(_:)` does.
  public func tensor(_ name: String) throws(SafetensorsError) -> Tensor {
    guard let file = fileOfTensor[name] else { throw .tensorNotFound(file: path, tensor: name) }
    return try file.tensor(name)
  }

  /// Calls `body` with the bytes of a tensor as they lie in the file.
  package func withBytes<R>(
    of name: String, _ body: (UnsafeRawBufferPointer) throws -> R
  ) throws -> R {
    guard let file = fileOfTensor[name], let stored = file[name] else {
      throw SafetensorsError.tensorNotFound(file: path, tensor: name)
    }
    return try file.contents.withBytes { try body(UnsafeRawBufferPointer(rebasing: $0[stored.byteRange])) }
  }
}

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

/// Why the weights of a model can't be opened; every case names the file or the directory.
public enum WeightStoreError: Error, Hashable, Sendable {
  /// The directory has no weights at all.
  case noWeights(directory: String)
  /// The directory has weights only as Python pickles, which run code when they are read.
  case pickledWeights(directory: String, file: String)
  /// The directory has several weight files and none of the standard name.
  case ambiguousWeights(directory: String, files: [String])
  /// The index of the shards can't be read.
  case unreadableIndex(file: String, reason: String)
  /// The index names a shard outside of its directory.
  case unsafeShardName(index: String, shard: String)
  /// The index names a shard that isn't there.
  case missingShard(index: String, shard: String, tensorCount: Int)
  /// The index places a tensor in a shard that doesn't have it.
  case tensorNotInShard(index: String, tensor: String, shard: String)
}

extension WeightStoreError: CustomStringConvertible {
  /// What is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .noWeights(let directory):
      "\(quoted(directory)) has no weights: model.safetensors or model.safetensors.index.json is expected there"
    case .pickledWeights(let directory, let file):
      "\(quoted(directory)) has its weights only as \(quoted(file)), a Python pickle, which isn't read because "
        + "pickles run code. Convert it once in Python: AutoModelForImageClassification.from_pretrained("
        + "'<directory>').save_pretrained('<directory>', safe_serialization=True) for transformers, "
        + "safetensors.torch.save_file(model.state_dict(), 'model.safetensors') for timm"
    case .ambiguousWeights(let directory, let files):
      "\(quoted(directory)) has several weight files (\(listed(files))) and no model.safetensors. "
        + "Give the path of one of them"
    case .unreadableIndex(let file, let reason):
      "\(quoted(file)) can't be read as an index of shards: \(reason). Download it again"
    case .unsafeShardName(let index, let shard):
      "\(quoted(index)) names the shard \(quoted(shard)), which isn't a plain file name beside it. "
        + "Don't use this model, or correct the index"
    case .missingShard(let index, let shard, let tensorCount):
      "\(quoted(index)) places \(tensorCount) tensors in \(quoted(shard)), which isn't there. Download that file too"
    case .tensorNotInShard(let index, let tensor, let shard):
      "\(quoted(index)) places the tensor \(quoted(tensor)) in \(quoted(shard)), which doesn't have it. "
        + "Download the index and its shards again, of one revision"
    }
  }
}

/// The first names of a list, and how many more there are.
func listed(_ names: [String], limit: Int = 20) -> String {
  let shown = names.prefix(limit).map { quoted($0) }.joined(separator: ", ")
  return names.count > limit ? "\(shown) and \(names.count - limit) more" : shown
}
