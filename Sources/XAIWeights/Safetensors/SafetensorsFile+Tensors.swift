import XAIFoundation
public import XAITensor

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
  private func inPlace(_ shape: Shape, _ source: UnsafeRawBufferPointer) -> Tensor? {
    guard let start = source.baseAddress, UInt(bitPattern: start) % UInt(MemoryLayout<Float>.alignment) == 0
    else { return nil }
    let elements = start.assumingMemoryBound(to: Float.self)
    return Tensor(
      shape: shape, storage: TensorStorage(borrowing: elements, count: shape.count, owner: contents))
  }

  private func converted<Bits: FixedWidthInteger>(
    _ shape: Shape, _ source: UnsafeRawBufferPointer, _ convert: (Bits) -> Float
  ) -> Tensor {
    Tensor(shape) { destination in
      for index in 0..<shape.count {
        destination[index] = convert(
          source.loadUnaligned(fromByteOffset: index * MemoryLayout<Bits>.size, as: Bits.self))
      }
    }
  }
}
