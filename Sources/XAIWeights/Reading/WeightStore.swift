import XAIFoundation
public import XAITensor

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
