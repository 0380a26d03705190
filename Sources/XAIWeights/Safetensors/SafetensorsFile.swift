import XAIFoundation
public import XAITensor

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

#if _endian(big)
#error("safetensors holds little-endian elements, and float32 is used in place")
#endif

extension SafetensorsFile {
  /// Reads a tensor as float32.
  ///
  /// F32 that lies at a multiple of four bytes is used in place, without a copy, and keeps the mapping alive; F16,
  /// BF16 and F64 are converted at each call (F64 rounds to nearest, beyond the range of float32 to infinity).
  /// Throws `SafetensorsError` where there is no such tensor or it holds something else, such as integers.
  public func tensor(_ name: String) throws(SafetensorsError) -> Tensor {
    guard let stored = self[name] else { throw .tensorNotFound(file: path, tensor: name) }
    return try contents.withBytes { (bytes) throws(SafetensorsError) in
      try tensor(stored, UnsafeRawBufferPointer(rebasing: bytes[stored.byteRange]))
    }
  }

  private func tensor(
    _ stored: StoredTensor, _ source: UnsafeRawBufferPointer
  ) throws(SafetensorsError) -> Tensor {
    switch stored.type {
    case .float32:
      return inPlace(stored.shape, source)
        ?? converted(stored.shape, source) { (bits: UInt32) in Float(bitPattern: bits) }
    case .float16: return converted(stored.shape, source, Float.init(halfBits:))
    case .bfloat16: return converted(stored.shape, source, Float.init(bfloatBits:))
    case .float64:
      return converted(stored.shape, source) { (bits: UInt64) in Float(Double(bitPattern: bits)) }
    default: throw .notReadableAsFloat(file: path, tensor: stored.name, type: stored.type)
    }
  }

  /// Looks at elements in the file; nil where they are not aligned as float32 must be.
  private func inPlace(_ shape: TensorShape, _ source: UnsafeRawBufferPointer) -> Tensor? {
    guard let start = source.baseAddress, UInt(bitPattern: start) % UInt(MemoryLayout<Float>.alignment) == 0
    else { return nil }
    let elements = start.assumingMemoryBound(to: Float.self)
    return Tensor(
      shape: shape, storage: TensorStorage(borrowing: elements, count: shape.count, owner: contents))
  }

  private func converted<Bits: FixedWidthInteger>(
    _ shape: TensorShape, _ source: UnsafeRawBufferPointer, _ convert: (Bits) -> Float
  ) -> Tensor {
    Tensor(shape) { destination in
      for index in 0..<shape.count {
        destination[index] = convert(
          source.loadUnaligned(fromByteOffset: index * MemoryLayout<Bits>.size, as: Bits.self))
      }
    }
  }
}

/// What a safetensors header says of one tensor.
public struct StoredTensor: Hashable, Sendable {
  /// The name, such as `vit.encoder.layer.0.attention.attention.query.weight`.
  public let name: String
  /// The type of the elements in the file.
  public let type: StoredType
  /// Extents, outermost first.
  public let shape: TensorShape
  /// Where the elements lie, in bytes from the beginning of the file.
  public let byteRange: Range<Int>
}

extension SafetensorsFile: CustomStringConvertible {
  /// The path and the number of tensors.
  public var description: String { "\(FileName.shown(path)): \(counted(tensors.count, "tensor"))" }
}
