import XAIFoundation
public import XAITensor

/// Writes tensors as a safetensors file that the format's other libraries read.
public struct SafetensorsWriter: Sendable {
  /// The element type of every tensor: F32, F16 or BF16.
  public var type: StoredType
  /// What `__metadata__` says.
  public var metadata: [String: String]

  /// Makes a writer; F16 and BF16 round to nearest, ties to even.
  public init(type: StoredType = .float32, metadata: [String: String] = [:]) {
    self.type = type
    self.metadata = metadata
  }

  /// Writes tensors, sorted by name, to a file that appears at `path` once it is whole.
  ///
  /// Throws `SafetensorsError` where a name is the format's own, a finite element is beyond the range of the type,
  /// or the file can't be written; what was at `path` is then still there.
  public func write(_ tensors: [String: Tensor], to path: String) throws(SafetensorsError) {
    guard [.float32, .float16, .bfloat16].contains(type) else {
      throw .unsupportedWriteType(file: path, type: type)
    }
    if tensors[SafetensorsHeader.metadataKey] != nil {
      throw .reservedName(file: path, tensor: SafetensorsHeader.metadataKey)
    }
    let sorted = tensors.ordered { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    let header = header(sorted)
    guard header.count <= SafetensorsHeader.lengthLimit else {
      throw .headerTooLong(file: path, length: UInt64(header.count), limit: SafetensorsHeader.lengthLimit)
    }
    for (name, tensor) in sorted { try checkRange(of: tensor, name: name, file: path) }
    do throws(FileError) {
      let file = try AtomicFile(at: path)
      try file.append(littleEndianBytes(UInt64(header.count)) + header)
      for (_, tensor) in sorted { try write(tensor, to: file) }
      try file.commit()
    } catch {
      throw .unwritable(error)
    }
  }

  /// The JSON of the header, filled up with spaces so that the elements begin at a multiple of eight bytes.
  private func header(_ tensors: [(key: String, value: Tensor)]) -> [UInt8] {
    var members: [String] = []
    if !metadata.isEmpty {
      let entries = metadata.ordered { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        .map { "\(jsonString($0.key)):\(jsonString($0.value))" }
      members.append("\(jsonString(SafetensorsHeader.metadataKey)):{\(entries.joined(separator: ","))}")
    }
    var start = 0
    for (name, tensor) in tensors {
      let end = start + tensor.count * type.bitWidth / 8
      let extents = tensor.shape.extents.map(String.init).joined(separator: ",")
      members.append(
        "\(jsonString(name)):{\"dtype\":\"\(type.rawValue)\",\"shape\":[\(extents)],\"data_offsets\":[\(start),\(end)]}"
      )
      start = end
    }
    let text = Array("{\(members.joined(separator: ","))}".utf8)
    return text + Array(repeating: UInt8(ascii: " "), count: (8 - text.count % 8) % 8)
  }

  private func checkRange(of tensor: Tensor, name: String, file: String) throws(SafetensorsError) {
    // The value from which rounding to nearest gives infinity.
    let bound: Float
    switch type {
    case .float16: bound = 65_520
    case .bfloat16: bound = Float(bitPattern: 0x7F7F_8000)
    default: return
    }
    let beyond = tensor.withElements { $0.first { $0.isFinite && $0.magnitude >= bound } }
    if let beyond { throw .notRepresentable(file: file, tensor: name, value: beyond, type: type) }
  }

  private func write(_ tensor: Tensor, to file: borrowing AtomicFile) throws(FileError) {
    switch type {
    case .float16: try write(tensor, to: file) { $0.halfBits }
    case .bfloat16: try write(tensor, to: file) { $0.bfloatBits }
    default:
      // The format is little-endian, as every processor that the package runs on.
      try tensor.withElements { (elements) throws(FileError) in
        try file.append(UnsafeRawBufferPointer(elements))
      }
    }
  }

  /// Narrows elements, some at a time so that a large tensor isn't in memory twice.
  private func write(
    _ tensor: Tensor, to file: borrowing AtomicFile, _ narrow: (Float) -> UInt16
  ) throws(FileError) {
    let step = 1 << 16
    for start in stride(from: 0, to: tensor.count, by: step) {
      let narrowed = tensor.withElements { $0[start..<min(start + step, $0.count)].map(narrow) }
      try narrowed.span.withUnsafeBytes { (bytes) throws(FileError) in try file.append(bytes) }
    }
  }
}

/// The bytes of a number, lowest first.
private func littleEndianBytes(_ number: UInt64) -> [UInt8] {
  (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * UInt64($0))) }
}
