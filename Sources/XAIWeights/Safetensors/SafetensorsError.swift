public import XAIFoundation
public import XAITensor

/// Why a safetensors file can't be read or written; every case names the file.
public enum SafetensorsError: Error, Hashable, Sendable {
  // MARK: The file

  /// The file can't be opened or mapped.
  case unreadable(file: String, reason: String)
  /// The file ends before its eight bytes of header length do.
  case tooShort(file: String, byteCount: Int)
  /// The header length is zero.
  case emptyHeader(file: String)
  /// The header length is over the format's limit.
  case headerTooLong(file: String, length: UInt64, limit: Int)
  /// The header reaches past the end of the file.
  case headerPastEnd(file: String, length: UInt64, fileByteCount: Int)

  // MARK: The header's text

  /// The header isn't the JSON that the format asks for; `path` says under which keys.
  case malformedHeader(file: String, path: [String], offset: Int, reason: String)
  /// A string of the header isn't UTF-8.
  case notUTF8(file: String, offset: Int)
  /// The header is nested too deeply.
  case nestedTooDeeply(file: String, offset: Int)
  /// A number of the header isn't a whole one from 0 to `Int.max`.
  case invalidNumber(file: String, path: [String], reason: String)
  /// Two tensors have one name.
  case duplicateTensor(file: String, tensor: String)
  /// A key of one tensor, or of the metadata, is there twice.
  case duplicateField(file: String, tensor: String, field: String)
  /// A tensor has no element type, no shape or no offsets.
  case missingField(file: String, tensor: String, field: String)

  // MARK: The tensors

  /// The element type is none of the format's.
  case unknownType(file: String, tensor: String, type: String)
  /// The number of elements or bytes that the shape asks for overflows, or doesn't fill whole bytes.
  case invalidShape(file: String, tensor: String, extents: [Int], type: StoredType)
  /// A tensor ends before it begins.
  case reversedOffsets(file: String, tensor: String, start: Int, end: Int)
  /// A tensor reaches past the end of the file.
  case pastEnd(file: String, tensor: String, end: Int, dataByteCount: Int)
  /// The offsets span another number of bytes than the shape asks for.
  case sizeMismatch(file: String, tensor: String, shape: Shape, type: StoredType, byteCount: Int)
  /// Two tensors share bytes.
  case overlap(file: String, tensor: String, other: String)
  /// Bytes before a tensor belong to none.
  case hole(file: String, tensor: String, byteCount: Int)
  /// Bytes behind the last tensor belong to none.
  case trailingBytes(file: String, byteCount: Int)

  // MARK: Requests

  /// No tensor has this name.
  case tensorNotFound(file: String, tensor: String)
  /// The tensor holds something that isn't read as float32.
  case notReadableAsFloat(file: String, tensor: String, type: StoredType)

  // MARK: Writing

  /// The file can't be written.
  case unwritable(FileError)
  /// The name belongs to the format's own metadata.
  case reservedName(file: String, tensor: String)
  /// Tensors are written as float32, float16 and bfloat16 only.
  case unsupportedWriteType(file: String, type: StoredType)
  /// A finite element is beyond the largest value of the type asked for.
  case notRepresentable(file: String, tensor: String, value: Float, type: StoredType)
}
