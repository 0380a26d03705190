extension JSONReader {
  // MARK: Strings

  /// Reads a string; its bytes must be UTF-8 and its escapes whole.
  mutating func string() throws(JSONFailure) -> String {
    try expect(UInt8(ascii: "\""), "a string")
    var start = offset
    var decoded: [UInt8] = []
    while true {
      guard let byte = peek() else { throw failure(.expected("the end of a string")) }
      switch byte {
      case UInt8(ascii: "\""):
        // Almost no string has escapes: it is read where it lies.
        let rest = slice(from: start)
        advance()
        let text =
          decoded.isEmpty
          ? String(validating: rest, as: UTF8.self) : String(validating: decoded + rest, as: UTF8.self)
        guard let text else { throw failure(.notUTF8) }
        return text
      case UInt8(ascii: "\\"):
        decoded.append(contentsOf: slice(from: start))
        advance()
        decoded.append(contentsOf: UTF8.encode(try escape()).map(Array.init) ?? [])
        start = offset
      case 0..<0x20:
        throw failure(.expected("a string without control characters"))
      default:
        advance()
      }
    }
  }

  private mutating func escape() throws(JSONFailure) -> Unicode.Scalar {
    guard let mark = peek() else { throw failure(.expected("an escape")) }
    advance()
    switch mark {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(mark)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try unicodeEscape()
    default: throw failure(.expected("an escape"))
    }
  }

  /// Scalars above U+FFFF are written as a pair of surrogates, which mean nothing alone.
  private mutating func unicodeEscape() throws(JSONFailure) -> Unicode.Scalar {
    var value = try fourHexDigits()
    if value & 0xFC00 == 0xD800, skip(word: #"\u"#) {
      let low = try fourHexDigits()
      guard low & 0xFC00 == 0xDC00 else { throw failure(.expected("a pair of surrogates")) }
      value = 0x10000 + (value & 0x3FF) << 10 + low & 0x3FF
    }
    guard let scalar = Unicode.Scalar(value) else { throw failure(.expected("a pair of surrogates")) }
    return scalar
  }

  private mutating func fourHexDigits() throws(JSONFailure) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = peek().flatMap({ Character(Unicode.Scalar($0)).hexDigitValue }) else {
        throw failure(.expected("four hexadecimal digits"))
      }
      value = value << 4 | UInt32(digit)
      advance()
    }
    return value
  }

  // MARK: Numbers

  /// Reads a number and gives its text.
  mutating func numberText() throws(JSONFailure) -> String {
    skipSpace()
    let start = offset
    if peek() == UInt8(ascii: "-") { advance() }
    if peek() == UInt8(ascii: "0") {
      advance()
    } else {
      try digits()
    }
    if peek() == UInt8(ascii: ".") {
      advance()
      try digits()
    }
    if peek() == UInt8(ascii: "e") || peek() == UInt8(ascii: "E") {
      advance()
      if peek() == UInt8(ascii: "+") || peek() == UInt8(ascii: "-") { advance() }
      try digits()
    }
    return String(decoding: slice(from: start), as: UTF8.self)
  }

  private mutating func digits() throws(JSONFailure) {
    guard isDigit(peek()) else { throw failure(.expected("a number")) }
    while isDigit(peek()) { advance() }
  }

  private func isDigit(_ byte: UInt8?) -> Bool {
    byte.map { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ?? false
  }

  /// Reads a number that must be a whole one from 0 to `Int.max`, as extents and offsets are.
  mutating func count() throws(JSONFailure) -> Int {
    let text = try numberText()
    guard !text.hasPrefix("-"), let count = Int(text) else {
      throw failure(.invalidNumber(quoted(text, limit: 40)))
    }
    return count
  }
}
