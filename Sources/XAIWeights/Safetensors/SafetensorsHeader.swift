import XAITensor

/// The header of a safetensors file, checked against the size of the file.
///
/// Format: 8 bytes of header length N (little-endian), N bytes of JSON, then the elements of all tensors without
/// gaps (github.com/huggingface/safetensors, "Format").
struct SafetensorsHeader {
  /// The limit of the format's reference implementation.
  static let lengthLimit = 100_000_000
  static let metadataKey = "__metadata__"

  let metadata: [String: String]
  /// In the order of their bytes.
  let tensors: [StoredTensor]

  init(_ bytes: UnsafeRawBufferPointer, file: String) throws(SafetensorsError) {
    let headerEnd = try Self.headerEnd(bytes, file: file)
    let text: HeaderText
    do throws(JSONFailure) {
      text = try HeaderText(UnsafeRawBufferPointer(rebasing: bytes[8..<headerEnd]))
    } catch {
      throw SafetensorsError(error, file: file)
    }
    var tensors: [StoredTensor] = []
    tensors.reserveCapacity(text.entries.count)
    for entry in text.entries {
      tensors.append(try entry.checked(file: file, dataStart: headerEnd, fileByteCount: bytes.count))
    }
    // Equal starts: an empty tensor lies before the one that begins there.
    tensors.sort {
      ($0.byteRange.lowerBound, $0.byteRange.upperBound) < ($1.byteRange.lowerBound, $1.byteRange.upperBound)
    }
    try Self.checkCoverage(tensors, from: headerEnd, to: bytes.count, file: file)
    self.metadata = text.metadata
    self.tensors = tensors
  }

  private static func headerEnd(
    _ bytes: UnsafeRawBufferPointer, file: String
  ) throws(SafetensorsError) -> Int {
    guard bytes.count >= 8 else { throw .tooShort(file: file, byteCount: bytes.count) }
    let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    guard length > 0 else { throw .emptyHeader(file: file) }
    guard length <= UInt64(lengthLimit) else {
      throw .headerTooLong(file: file, length: length, limit: lengthLimit)
    }
    guard length <= UInt64(bytes.count - 8) else {
      throw .headerPastEnd(file: file, length: length, fileByteCount: bytes.count)
    }
    return 8 + Int(length)
  }

  /// Holes could hide what no reader shows, so the format has none: every byte belongs to one tensor.
  private static func checkCoverage(
    _ tensors: [StoredTensor], from start: Int, to end: Int, file: String
  ) throws(SafetensorsError) {
    var position = start
    var previous = ""
    for tensor in tensors {
      let range = tensor.byteRange
      guard range.lowerBound >= position else {
        throw .overlap(file: file, tensor: tensor.name, other: previous)
      }
      guard range.lowerBound == position else {
        throw .hole(file: file, tensor: tensor.name, byteCount: range.lowerBound - position)
      }
      position = range.upperBound
      previous = tensor.name
    }
    guard position == end else { throw .trailingBytes(file: file, byteCount: end - position) }
  }
}
