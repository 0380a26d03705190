/// A value of a JSON text such as a model's `config.json`.
public enum JSONValue: Hashable, Sendable {
  /// `null`.
  case null
  /// `true` or `false`.
  case boolean(Bool)
  /// A number written without fraction and exponent that fits.
  case integer(Int)
  /// Any other number.
  case double(Double)
  /// A string.
  case string(String)
  /// Values in order.
  case array([JSONValue])
  /// Values by key.
  case object([String: JSONValue])

  /// What users call such a value.
  var kind: String {
    switch self {
    case .null: "null"
    case .boolean: "a boolean"
    case .integer: "an integer"
    case .double: "a number with a fraction"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

extension JSONValue {
  /// Reads a whole text: one value and nothing behind it.
  init(parsing bytes: UnsafeRawBufferPointer) throws(JSONFailure) {
    var reader = JSONReader(bytes)
    self = try JSONValue(from: &reader)
    try reader.expectEnd()
  }

  /// Reads the next value.
  init(from reader: inout JSONReader) throws(JSONFailure) {
    reader.skipSpace()
    switch reader.peek() {
    case UInt8(ascii: "{"):
      var members: [String: JSONValue] = [:]
      try reader.object { (reader, key) throws(JSONFailure) in members[key] = try JSONValue(from: &reader) }
      self = .object(members)
    case UInt8(ascii: "["):
      var elements: [JSONValue] = []
      try reader.array { (reader) throws(JSONFailure) in elements.append(try JSONValue(from: &reader)) }
      self = .array(elements)
    case UInt8(ascii: "\""):
      self = .string(try reader.string())
    default:
      self = try .scalar(&reader)
    }
  }

  /// Reads the next value and forgets it: a hostile array of millions takes no memory.
  static func skip(_ reader: inout JSONReader) throws(JSONFailure) {
    reader.skipSpace()
    switch reader.peek() {
    case UInt8(ascii: "{"): try reader.object { (reader, _) throws(JSONFailure) in try skip(&reader) }
    case UInt8(ascii: "["): try reader.array(skip)
    case UInt8(ascii: "\""): _ = try reader.string()
    default: _ = try scalar(&reader)
    }
  }

  private static func scalar(_ reader: inout JSONReader) throws(JSONFailure) -> JSONValue {
    if reader.skip(word: "null") { return .null }
    if reader.skip(word: "true") { return .boolean(true) }
    if reader.skip(word: "false") { return .boolean(false) }
    guard let byte = reader.peek(), byte == UInt8(ascii: "-") || (0x30...0x39).contains(byte) else {
      // Python writes NaN and Infinity bare; they are not JSON and no size of a model.
      throw reader.failure(.expected("a JSON value"))
    }
    let text = try reader.numberText()
    if let integer = Int(text) { return .integer(integer) }
    guard let double = Double(text), double.isFinite else {
      throw reader.failure(.expected("a number within the range of a double"))
    }
    return .double(double)
  }
}
