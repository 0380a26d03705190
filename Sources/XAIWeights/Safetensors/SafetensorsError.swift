public import XAIFoundation
public import XAITensor

/// Why a safetensors file can't be read or written; every case names the file.
public enum SafetensorsError: Error, Hashable, Sendable {
  // MARK: The file

  /// The file can't be opened or mapped.
  case unreadable(file: String, reason: String)
  /// The file is of a kind that takes the place of another by mistake.
  case foreign(file: String, content: ForeignContent)
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
  case sizeMismatch(file: String, tensor: String, shape: TensorShape, type: StoredType, byteCount: Int)
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

extension SafetensorsError: CustomStringConvertible {
  /// What is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .unreadable(let file, let reason):
      "\(quoted(file)) can't be read: \(reason)"
    case .foreign(let file, let content):
      "\(quoted(file)) is \(content.name), not weights. \(content.remedy)"
    case .tooShort(let file, let byteCount):
      "\(quoted(file)) isn't a safetensors file: it has \(byteCount) bytes, fewer than the 8 of a header "
        + "length. \(Self.downloadAgain)"
    case .emptyHeader(let file):
      "\(quoted(file)) isn't a safetensors file: its header is empty. \(Self.downloadAgain)"
    case .headerTooLong(let file, let length, let limit):
      "\(quoted(file)) isn't a safetensors file: a header of \(length) bytes is over the limit of \(limit). "
        + "Check that it isn't a file of another kind"
    case .headerPastEnd(let file, let length, let fileByteCount):
      "\(quoted(file)) is cut short or of another kind: its header should have \(length) bytes, the whole file "
        + "has \(fileByteCount). \(Self.downloadAgain)"
    case .malformedHeader(let file, let path, let offset, let reason):
      "\(quoted(file)) has a malformed header: \(reason) at byte \(offset)\(Self.place(path)). \(Self.writeAgain)"
    case .notUTF8(let file, let offset):
      "\(quoted(file)) has a header that isn't UTF-8 before byte \(offset). \(Self.writeAgain)"
    case .nestedTooDeeply(let file, let offset):
      "\(quoted(file)) has a header nested more than \(JSONReader.depthLimit) levels deep at byte \(offset). "
        + Self.writeAgain
    case .invalidNumber(let file, let path, let reason):
      "\(quoted(file)) has a malformed header: \(reason)\(Self.place(path)). \(Self.writeAgain)"
    case .duplicateTensor(let file, let tensor):
      "\(quoted(file)) names the tensor \(quoted(tensor)) twice. \(Self.writeAgain)"
    case .duplicateField(let file, let tensor, let field):
      "\(quoted(file)) gives \(quoted(field)) of \(quoted(tensor)) twice. \(Self.writeAgain)"
    case .missingField(let file, let tensor, let field):
      "\(quoted(file)) gives no \(quoted(field)) for the tensor \(quoted(tensor)). \(Self.writeAgain)"
    case .unknownType(let file, let tensor, let type):
      "\(quoted(file)): the tensor \(quoted(tensor)) has the unknown element type \(quoted(type)). Known are "
        + StoredType.allCases.map(\.rawValue).joined(separator: ", ")
    case .invalidShape(let file, let tensor, let extents, let type):
      "\(quoted(file)): the tensor \(quoted(tensor)) can't have the shape \(Self.shown(extents)) of "
        + "\(type.rawValue): its size overflows or isn't whole bytes. \(Self.writeAgain)"
    case .reversedOffsets(let file, let tensor, let start, let end):
      "\(quoted(file)): the tensor \(quoted(tensor)) ends at \(end), before its start at \(start). \(Self.writeAgain)"
    case .pastEnd(let file, let tensor, let end, let dataByteCount):
      "\(quoted(file)) is cut short: the tensor \(quoted(tensor)) ends at data byte \(end) of \(dataByteCount). "
        + Self.downloadAgain
    case .sizeMismatch(let file, let tensor, let shape, let type, let byteCount):
      "\(quoted(file)): the tensor \(quoted(tensor)) has \(byteCount) bytes, which isn't \(Self.shown(shape.extents)) "
        + "of \(type.rawValue). \(Self.writeAgain)"
    case .overlap(let file, let tensor, let other):
      "\(quoted(file)): the tensors \(quoted(other)) and \(quoted(tensor)) overlap. \(Self.writeAgain)"
    case .hole(let file, let tensor, let byteCount):
      "\(quoted(file)): \(byteCount) bytes before the tensor \(quoted(tensor)) belong to none. \(Self.writeAgain)"
    case .trailingBytes(let file, let byteCount):
      "\(quoted(file)): \(byteCount) bytes behind the last tensor belong to none. \(Self.writeAgain)"
    case .tensorNotFound(let file, let tensor):
      "\(quoted(file)) has no tensor \(quoted(tensor)). List its names, or check that it is the right model"
    case .notReadableAsFloat(let file, let tensor, let type):
      "\(quoted(file)): the tensor \(quoted(tensor)) holds \(type.rawValue), which isn't read as float32. "
        + "Convert it to F32, F16, BF16 or F64"
    case .unwritable(let error): error.description
    case .reservedName(let file, let tensor):
      "\(quoted(file)) can't hold a tensor named \(quoted(tensor)): the format keeps that name. Rename the tensor"
    case .unsupportedWriteType(let file, let type):
      "\(quoted(file)) can't be written as \(type.rawValue). Choose F32, F16 or BF16"
    case .notRepresentable(let file, let tensor, let value, let type):
      "\(quoted(file)): the tensor \(quoted(tensor)) holds \(value), beyond the range of \(type.rawValue). "
        + "Write it as F32 or BF16"
    }
  }

  private static let downloadAgain = "Was the download interrupted? Download it again"
  private static let writeAgain = "Write it again with a current safetensors library"

  private static func place(_ path: [String]) -> String {
    path.isEmpty ? "" : ", in " + path.map { quoted($0) }.joined(separator: " › ")
  }

  private static func shown(_ extents: [Int]) -> String {
    let shown = extents.prefix(8).map(String.init).joined(separator: ", ")
    return "[\(shown)\(extents.count > 8 ? ", …" : "")]"
  }
}

extension SafetensorsError {
  /// Puts a failure of the header's text in the format's own terms.
  init(_ failure: JSONFailure, file: String) {
    // The path of a header is [tensor, field, …].
    switch failure.cause {
    case .notUTF8:
      self = .notUTF8(file: file, offset: failure.offset)
    case .nestedTooDeeply:
      self = .nestedTooDeeply(file: file, offset: failure.offset)
    case .invalidNumber:
      self = .invalidNumber(file: file, path: failure.path, reason: failure.reason)
    case .duplicateKey where failure.path.count == 1:
      self = .duplicateTensor(file: file, tensor: failure.path[0])
    case .duplicateKey where failure.path.count > 1:
      self = .duplicateField(
        file: file, tensor: failure.path[0], field: failure.path.dropFirst().joined(separator: "."))
    default:
      self = .malformedHeader(
        file: file, path: failure.path, offset: failure.offset, reason: failure.reason)
    }
  }
}
