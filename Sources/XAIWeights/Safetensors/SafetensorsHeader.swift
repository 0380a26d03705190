import XAIFoundation
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
    // The header's text begins behind its length; a length alone may look like the magic number of another format.
    if bytes.count < 9 || bytes[8] != UInt8(ascii: "{"), let content = ForeignContent(of: bytes) {
      throw .foreign(file: file, content: content)
    }
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

/// The JSON of a header as it is written, before any number in it is believed.
struct HeaderText {
  private(set) var metadata: [String: String] = [:]
  private(set) var entries: [Entry] = []

  struct Entry {
    let name: String
    var type: String?
    var extents: [Int]?
    var offsets: (start: Int, end: Int)?
  }

  init(_ bytes: UnsafeRawBufferPointer) throws(JSONFailure) {
    var reader = JSONReader(bytes)
    var metadata: [String: String] = [:]
    var entries: [Entry] = []
    guard reader.peek() == UInt8(ascii: "{") else {
      throw reader.failure(.expected("'{' as the first byte"))
    }
    try reader.object { (reader, key) throws(JSONFailure) in
      if key == SafetensorsHeader.metadataKey {
        try reader.object { (reader, key) throws(JSONFailure) in metadata[key] = try reader.string() }
      } else {
        entries.append(try Entry(name: key, from: &reader))
      }
    }
    try reader.expectEnd()
    self.metadata = metadata
    self.entries = entries
  }
}

extension HeaderText.Entry {
  init(name: String, from reader: inout JSONReader) throws(JSONFailure) {
    var entry = Self(name: name)
    try reader.object { (reader, key) throws(JSONFailure) in
      switch key {
      case "dtype":
        entry.type = try reader.string()
      case "shape":
        entry.extents = try reader.counts()
      case "data_offsets":
        let offsets = try reader.counts()
        guard offsets.count == 2 else { throw reader.failure(.expected("two offsets before here")) }
        entry.offsets = (offsets[0], offsets[1])
      default:
        // A later version of the format may add fields; the reference skips what it doesn't know too.
        try JSONValue.skip(&reader)
      }
    }
    self = entry
  }

  /// Checks what the header says of this tensor alone.
  func checked(file: String, dataStart: Int, fileByteCount: Int) throws(SafetensorsError) -> StoredTensor {
    guard let type else { throw .missingField(file: file, tensor: name, field: "dtype") }
    guard let extents else { throw .missingField(file: file, tensor: name, field: "shape") }
    guard let offsets else { throw .missingField(file: file, tensor: name, field: "data_offsets") }
    guard let type = StoredType(rawValue: type) else {
      throw .unknownType(file: file, tensor: name, type: type)
    }
    guard let shape = TensorShape(checking: extents), let byteCount = type.byteCount(of: shape.count) else {
      throw .invalidShape(file: file, tensor: name, extents: extents, type: type)
    }
    guard offsets.start <= offsets.end else {
      throw .reversedOffsets(file: file, tensor: name, start: offsets.start, end: offsets.end)
    }
    guard offsets.end <= fileByteCount - dataStart else {
      throw .pastEnd(
        file: file, tensor: name, end: offsets.end, dataByteCount: fileByteCount - dataStart)
    }
    guard offsets.end - offsets.start == byteCount else {
      throw .sizeMismatch(
        file: file, tensor: name, shape: shape, type: type, byteCount: offsets.end - offsets.start)
    }
    return StoredTensor(
      name: name, type: type, shape: shape,
      byteRange: dataStart + offsets.start..<dataStart + offsets.end)
  }
}

extension JSONReader {
  /// Reads an array of counts.
  mutating func counts() throws(JSONFailure) -> [Int] {
    var counts: [Int] = []
    try array { (reader) throws(JSONFailure) in counts.append(try reader.count()) }
    return counts
  }
}
