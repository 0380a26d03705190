import XAITensor

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
    guard let shape = Shape(checking: extents), let byteCount = type.byteCount(of: shape.count) else {
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
