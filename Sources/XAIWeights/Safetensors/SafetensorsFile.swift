import XAIFoundation

/// A safetensors file, mapped: opening reads the header only, and float32 tensors look at the mapping in place.
public struct SafetensorsFile: Sendable {
  /// Where the file lies, as it was asked for; what messages call it.
  public let path: String
  /// What `__metadata__` says, such as `format: pt`.
  public let metadata: [String: String]
  /// The tensors in the order of their bytes.
  public let tensors: [StoredTensor]

  let contents: FileBytes
  private let indices: [String: Int]

  /// Maps a file and checks its whole header.
  ///
  /// Throws `SafetensorsError`, a case for each way in which a file can be wrong.
  public init(path: String) throws(SafetensorsError) {
    let contents: FileBytes
    do throws(ReadFailure) {
      contents = try FileBytes(mapping: path)
    } catch {
      throw .unreadable(file: path, reason: error.reason)
    }
    try self.init(contents: contents, path: path)
  }

  /// Copies the bytes of a file that is in memory; `name` is what messages call it.
  public init(bytes: some Collection<UInt8>, name: String) throws(SafetensorsError) {
    try self.init(contents: FileBytes(copying: bytes), path: name)
  }

  private init(contents: FileBytes, path: String) throws(SafetensorsError) {
    let header = try contents.withBytes { (bytes) throws(SafetensorsError) in
      try SafetensorsHeader(bytes, file: path)
    }
    self.path = path
    self.metadata = header.metadata
    self.tensors = header.tensors
    self.contents = contents
    self.indices = Dictionary(
      uniqueKeysWithValues: header.tensors.enumerated().map { ($0.element.name, $0.offset) })
  }

  /// What the header says of a tensor, nil where the file has none of that name.
  public subscript(name: String) -> StoredTensor? {
    indices[name].map { tensors[$0] }
  }
}
