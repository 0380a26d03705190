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
      let sorted = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
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
