import XAIFoundation
public import XAITensor

/// The weights of one model, from one safetensors file or from several shards.
///
/// Opening maps the files and reads their headers; elements are read when a tensor is asked for. What a wrapper of the training put
/// around all names is left out; a tensor is found by its name in the file as well.
public struct WeightStore: Sendable {
  /// What messages call the weights: the path of the file or of the index.
  public let path: String
  /// Every tensor, sorted by name, with type and shape.
  public var tensors: [StoredTensor] { parts.values.map(\.described).ordered { $0.name < $1.name } }
  /// What a user should know of how the weights are read, a sentence each.
  public private(set) var notes: [String]

  /// What tensors are made of, by their names.
  private var parts: [String: Part]
  private let unwrapping: NameUnwrapping
  private let libraryNames: TransformersNames
  /// What stands before the names of this store and not before those of the file.
  private var root = ""

  /// What a tensor is made of.
  private struct Part {
    /// The name, and what the file says of type, shape and place.
    var described: StoredTensor
    /// The name in the file.
    var stored: String
    var file: SafetensorsFile
    /// What is added to it.
    var update: LowRankUpdate?
  }

  /// Opens one file.
  ///
  /// - Parameters:
  ///   - file: the file.
  ///   - modelType: the `model_type` of `transformers`, by which tensors named after its modules are found.
  public init(file: SafetensorsFile, modelType: String? = nil) {
    self.init(path: file.path, contents: [(file, file.tensors)], modelType: modelType)
  }

  /// Opens the shards that an index names.
  ///
  /// The index decides: tensors of a shard that it doesn't name are not there. Throws `WeightStoreError` where the
  /// index is wrong or a shard is missing, and `SafetensorsError` where a shard is wrong.
  public init(index path: String, modelType: String? = nil) throws {
    let index = try ShardIndex(path: path)
    let directory = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    var found: [(SafetensorsFile, [StoredTensor])] = []
    for (shard, names) in index.tensorsOfShard.ordered(by: { $0.key < $1.key }) {
      if let target = FileSystem.brokenTarget(of: directory + shard) {
        throw WeightStoreError.brokenLink(file: directory + shard, target: target)
      }
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
    self.init(path: path, contents: found, modelType: modelType)
  }

  private init(
    path: String, contents: [(file: SafetensorsFile, tensors: [StoredTensor])], modelType: String?
  ) {
    self.path = path
    let unwrapping = NameUnwrapping(contents.flatMap { $0.tensors.map(\.name) })
    let libraryNames = TransformersNames(modelType: modelType)
    (self.unwrapping, self.libraryNames) = (unwrapping, libraryNames)
    notes = unwrapping.note.map { ["\(listed([path])): \($0)"] } ?? []
    parts = [:]
    var isWide = false
    for (file, tensors) in contents {
      for tensor in tensors {
        guard let unwrapped = unwrapping.name(of: tensor.name) else { continue }
        var name = libraryNames.checkpointName(of: unwrapped)
        // A name comes once: one file's header has no name twice, and an index gives each name one shard.
        if parts[name] != nil { name = tensor.name }
        parts[name] = Part(described: tensor.renamed(name), stored: tensor.name, file: file)
        isWide = isWide || tensor.type == .float64
      }
    }
    if isWide { notes.append("\(listed([path])) holds float64, which is rounded to float32") }
  }

  /// The files, each once.
  package var files: [String] {
    Set(parts.values.flatMap { [$0.file.path] + ($0.update.map { [$0.file.path] } ?? []) }).sorted()
  }

  /// What tensors are made of, by any of their names.
  private func part(_ name: String) -> Part? {
    if let part = parts[name] { return part }
    guard let unwrapped = unwrapping.name(of: name) else { return nil }
    return parts[root + libraryNames.checkpointName(of: unwrapped)]
  }

  /// What the files say of a tensor, nil where none has that name.
  public subscript(name: String) -> StoredTensor? { part(name)?.described }

  /// Reads a tensor as float32, in place where it can, as `SafetensorsFile.tensor(_:)` does; one that an adapter changes is made
  /// at each call.
  public func tensor(_ name: String) throws(SafetensorsError) -> Tensor {
    guard let part = part(name) else { throw .tensorNotFound(file: path, tensor: name) }
    let tensor = try part.file.tensor(part.stored)
    guard let update = part.update else { return tensor }
    return try update.added(to: tensor)
  }

  /// Calls `body` with the bytes of a tensor as they lie in the file, and with those of what is added to it.
  package func withBytes(of name: String, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    guard let part = part(name), let stored = part.file[part.stored] else {
      throw SafetensorsError.tensorNotFound(file: path, tensor: name)
    }
    try part.file.withBytes(of: stored, body)
    guard let update = part.update else { return }
    try update.file.withBytes(of: update.down, body)
    try update.file.withBytes(of: update.up, body)
    try withUnsafeBytes(of: update.scale.bitPattern.littleEndian, body)
  }
}

extension SafetensorsFile {
  fileprivate func withBytes(
    of stored: StoredTensor, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    try contents.withBytes { try body(UnsafeRawBufferPointer(rebasing: $0[stored.byteRange])) }
  }
}

extension StoredTensor {
  fileprivate func renamed(_ name: String) -> StoredTensor {
    StoredTensor(name: name, type: type, shape: shape, byteRange: byteRange)
  }
}

// MARK: - Adapters

extension WeightStore {
  /// Adds to a matrix.
  mutating func add(_ update: LowRankUpdate, to name: String) { parts[name]?.update = update }

  /// Puts a tensor of another file in the place of one, or beside all.
  mutating func replace(_ name: String, by tensor: StoredTensor, of file: SafetensorsFile) {
    parts[name] = Part(described: tensor.renamed(name), stored: tensor.name, file: file)
  }

  /// The same tensors with something before their names.
  func prefixed(with root: String) -> WeightStore {
    var store = self
    store.root = root + self.root
    store.parts = Dictionary(
      uniqueKeysWithValues: parts.map { name, part in
        var part = part
        part.described = part.described.renamed(root + name)
        return (root + name, part)
      })
    return store
  }

  /// The tensors whose names begin with something, without it.
  package func below(_ start: String) -> WeightStore {
    var store = self
    store.parts = [:]
    for (name, part) in parts where name.hasPrefix(start) {
      var part = part
      let rest = String(name.dropFirst(start.count))
      part.described = part.described.renamed(rest)
      store.parts[rest] = part
    }
    return store
  }

  /// Adds what a user should know.
  mutating func note(_ note: String) { notes.append(note) }
}

extension WeightStore {
  package static let fileName = "model.safetensors"
  package static let indexName = "model.safetensors.index.json"
  package static let adapterName = LowRankAdapter.weightsName

  /// Opens the weights of a model directory: `model.safetensors`, else the shards that
  /// `model.safetensors.index.json` names, else the only safetensors file there that isn't an adapter's.
  ///
  /// - Parameters:
  ///   - directory: its path.
  ///   - modelType: the `model_type` of `transformers`, by which tensors named after its modules are found.
  /// - Throws: `WeightStoreError` where there are none, and `SafetensorsError` where one is wrong.
  public init(directory: String, modelType: String? = nil) throws {
    let name = try Self.chosenFile(among: Self.fileNames(in: directory), of: directory)
    let path = "\(directory)/\(name)"
    if name == Self.indexName {
      try self.init(index: path, modelType: modelType)
    } else {
      if let target = FileSystem.brokenTarget(of: path) {
        throw WeightStoreError.brokenLink(file: path, target: target)
      }
      self.init(file: try SafetensorsFile(path: path), modelType: modelType)
    }
  }

  /// The file of weights, or the index of their shards, that is read of those of a directory.
  package static func chosenFile(
    among names: [String], of directory: String
  ) throws(WeightStoreError) -> String {
    if names.contains(fileName) { return fileName }
    if names.contains(indexName) { return indexName }
    let candidates = names.filter(isWeightFile)
    if let only = candidates.first {
      guard candidates.count == 1 else { throw .ambiguousWeights(directory: directory, files: candidates) }
      return only
    }
    if let pickle = names.first(where: isPickle) { throw .pickledWeights(directory: directory, file: pickle) }
    if let other = names.first(where: isOfAnotherLibrary) {
      throw .otherLibrary(directory: directory, file: other)
    }
    throw .noWeights(directory: directory)
  }

  /// The shards that an index names, in order; throws where one isn't a plain name beside it.
  package static func shards(ofIndex path: String) throws(WeightStoreError) -> [String] {
    try ShardIndex(path: path).tensorsOfShard.keys.sorted()
  }

  /// Whether a directory has weights that are read, other than those of an adapter.
  static func hasWeights(_ directory: String) -> Bool {
    fileNames(in: directory).contains { $0 == indexName || isWeightFile($0) }
  }

  private static func fileNames(in directory: String) -> [String] {
    ((try? FileSystem.entries(of: directory)) ?? []).map(\.name)
  }

  private static func isWeightFile(_ name: String) -> Bool {
    name.hasSuffix(".safetensors") && name != LowRankAdapter.weightsName
  }

  static func isPickle(_ name: String) -> Bool {
    [".bin", ".pt", ".pth", ".ckpt"].contains { name.hasSuffix($0) }
  }

  private static func isOfAnotherLibrary(_ name: String) -> Bool {
    [".h5", ".keras", ".msgpack", ".npz", ".onnx", ".gguf"].contains { name.hasSuffix($0) }
  }
}

/// Whether something lies at a path, links followed.
func fileExists(_ path: String) -> Bool { FileSystem.kind(of: path) != nil }

extension WeightStore: CustomStringConvertible {
  /// The path and the number of tensors.
  public var description: String { "\(FileName.shown(path)): \(counted(parts.count, "tensor"))" }
}
