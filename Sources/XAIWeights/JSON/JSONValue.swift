import XAIFoundation

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
  package init(parsing bytes: UnsafeRawBufferPointer) throws(JSONFailure) {
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
      // Of two keys that look alike the last one counts: such a file is whole, and nothing here has a name of this kind.
      try reader.object(byBytes: true) { (reader, key) throws(JSONFailure) in
        members[key] = try JSONValue(from: &reader)
      }
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

  /// Reads the next value without the object that keys lead to, whose members come apart in their order.
  init(
    from reader: inout JSONReader, apart keys: ArraySlice<String>,
    _ members: inout [(key: String, value: JSONValue)]
  ) throws(JSONFailure) {
    reader.skipSpace()
    guard reader.peek() == UInt8(ascii: "{") else {
      self = try JSONValue(from: &reader)
      return
    }
    var own: [String: JSONValue] = [:]
    var apart: [(key: String, value: JSONValue)] = []
    let (next, rest) = (keys.first, keys.dropFirst())
    try reader.object(byBytes: true) { (reader, key) throws(JSONFailure) in
      switch next {
      case nil: apart.append((key, try JSONValue(from: &reader)))
      case key: own[key] = try JSONValue(from: &reader, apart: rest, &apart)
      default: own[key] = try JSONValue(from: &reader)
      }
    }
    if !apart.isEmpty { members = apart }
    self = .object(own)
  }

  /// Reads the next value and forgets it: a hostile array of millions takes no memory.
  static func skip(_ reader: inout JSONReader) throws(JSONFailure) {
    reader.skipSpace()
    switch reader.peek() {
    case UInt8(ascii: "{"):
      try reader.object(byBytes: true) { (reader, _) throws(JSONFailure) in try skip(&reader) }
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

extension JSONValue {
  /// The value as JSON (RFC 8259) that people can read: one member or element a line, keys sorted, two spaces a level,
  /// a line break at the end.
  ///
  /// Numbers read back as they are. NaN and infinities, which JSON doesn't have, become `null`, as in JavaScript.
  public var jsonText: String {
    var text = ""
    write(to: &text, indentation: 0)
    return text + "\n"
  }

  private func write(to text: inout String, indentation: Int) {
    switch self {
    case .null: text += "null"
    case .boolean(let boolean): text += boolean ? "true" : "false"
    case .integer(let integer): text += String(integer)
    // Swift writes the shortest digits that give the same double.
    case .double(let double): text += double.isFinite ? double.description : "null"
    case .string(let string): text += jsonString(string)
    case .array(let elements):
      Self.write(elements, between: ("[", "]"), to: &text, indentation) { element, text in
        element.write(to: &text, indentation: indentation + 1)
      }
    case .object(let members):
      let sorted = members.ordered { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      Self.write(sorted, between: ("{", "}"), to: &text, indentation) { member, text in
        text += jsonString(member.key) + ": "
        member.value.write(to: &text, indentation: indentation + 1)
      }
    }
  }

  private static func write<T>(
    _ entries: [T], between marks: (String, String), to text: inout String, _ indentation: Int,
    _ write: (T, inout String) -> Void
  ) {
    guard !entries.isEmpty else {
      text += marks.0 + marks.1
      return
    }
    text += marks.0
    for (index, entry) in entries.enumerated() {
      text += (index > 0 ? ",\n" : "\n") + String(repeating: "  ", count: indentation + 1)
      write(entry, &text)
    }
    text += "\n" + String(repeating: "  ", count: indentation) + marks.1
  }
}

/// A text as a JSON string.
func jsonString(_ text: String) -> String {
  var json = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"", "\\":
      json += "\\\(scalar)"
    case "\0"..<" ":
      let digits = String(scalar.value, radix: 16)
      json += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default:
      json.unicodeScalars.append(scalar)
    }
  }
  return json + "\""
}

/// A name from a file as a message shows it: in quotes, shortened, control characters escaped.
///
/// Names come from files that strangers make: printed as they are, they could fill or reprogram a terminal.
func quoted(_ name: String, limit: Int = 200) -> String {
  var shown = ""
  for (index, scalar) in name.unicodeScalars.enumerated() {
    guard index < limit else { return "'\(shown)…'" }
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator:
      shown += "\\u{" + String(scalar.value, radix: 16) + "}"
    default:
      shown.unicodeScalars.append(scalar)
    }
  }
  return "'\(shown)'"
}
