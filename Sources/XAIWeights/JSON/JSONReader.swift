/// Reads a JSON text (RFC 8259) value by value, strictly.
///
/// Weight headers must not name a tensor twice, and `JSONDecoder` can't see that: it keeps one of two equal keys
/// and says nothing. This reader refuses repeated keys, bounds the nesting and knows where it stopped. Keys are equal
/// as Swift's strings are: two that differ only in how an accent is composed count as repeated too.
struct JSONReader {
  /// Nesting bound: far above any configuration, far below what the smallest thread stack holds.
  static let depthLimit = 64

  private let bytes: UnsafeRawBufferPointer
  private(set) var offset = 0
  private var depth = 0
  private var path: [String] = []

  /// Reads `bytes`, which stay in place as long as the reader is used.
  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  func failure(_ cause: JSONFailure.Cause) -> JSONFailure {
    JSONFailure(cause: cause, offset: offset, path: path)
  }

  // MARK: Bytes

  /// The next byte, nil at the end: the only place that reads memory, so the only bounds check.
  func peek() -> UInt8? { offset < bytes.count ? bytes[offset] : nil }

  mutating func advance() { offset += 1 }

  mutating func skipSpace() {
    while let byte = peek(), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { advance() }
  }

  /// Skips white space and, if it is next, one punctuation mark.
  mutating func skip(_ mark: UInt8) -> Bool {
    skipSpace()
    guard peek() == mark else { return false }
    advance()
    return true
  }

  mutating func expect(_ mark: UInt8, _ what: String) throws(JSONFailure) {
    guard skip(mark) else { throw failure(.expected(what)) }
  }

  /// Skips a word such as `null` if it is next, with no white space before it.
  mutating func skip(word: StaticString) -> Bool {
    let length = word.utf8CodeUnitCount
    guard
      length <= bytes.count - offset,
      (0..<length).allSatisfy({ bytes[offset + $0] == word.utf8Start[$0] })
    else { return false }
    offset += length
    return true
  }

  /// The bytes from `start` to the current position.
  func slice(from start: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: bytes[start..<offset])
  }

  /// Checks that nothing but white space is left.
  mutating func expectEnd() throws(JSONFailure) {
    skipSpace()
    guard offset == bytes.count else { throw failure(.expected("the end of the JSON text")) }
  }

  // MARK: Containers

  /// Reads an object; `member` reads the value of each key.
  ///
  /// - Parameter byBytes: whether keys that look alike, composed and decomposed, are two. To Swift's dictionaries they are one.
  mutating func object(
    byBytes: Bool = false, _ member: (inout JSONReader, String) throws(JSONFailure) -> Void
  ) throws(JSONFailure) {
    try enter(UInt8(ascii: "{"), "an object")
    var keys = KeySet(byBytes: byBytes)
    if !skip(UInt8(ascii: "}")) {
      repeat {
        try member(&self, try key(of: &keys))
        path.removeLast()
      } while skip(UInt8(ascii: ","))
      try expect(UInt8(ascii: "}"), "',' or '}'")
    }
    depth -= 1
  }

  /// Reads the next key of an object, which has to be none of those before.
  ///
  /// Not a part of each reader of an object that the compiler makes for what reads its members.
  @inline(never)
  private mutating func key(of keys: inout KeySet) throws(JSONFailure) -> String {
    let key = try string()
    path.append(key)
    guard keys.insert(key) else { throw failure(.duplicateKey) }
    try expect(UInt8(ascii: ":"), "':'")
    return key
  }

  /// Reads an array; `element` reads each value.
  mutating func array(_ element: (inout JSONReader) throws(JSONFailure) -> Void) throws(JSONFailure) {
    try enter(UInt8(ascii: "["), "an array")
    if !skip(UInt8(ascii: "]")) {
      repeat { try element(&self) } while skip(UInt8(ascii: ","))
      try expect(UInt8(ascii: "]"), "',' or ']'")
    }
    depth -= 1
  }

  private mutating func enter(_ mark: UInt8, _ what: String) throws(JSONFailure) {
    try expect(mark, what)
    depth += 1
    guard depth <= Self.depthLimit else { throw failure(.nestedTooDeeply) }
  }
}

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

/// The keys of an object so far.
private struct KeySet {
  /// Whether keys that look alike, composed and decomposed, are two.
  let byBytes: Bool
  private var texts: Set<String> = []
  private var bytes: Set<[UInt8]> = []

  init(byBytes: Bool) { self.byBytes = byBytes }

  /// Takes in a key; false where it is there already.
  mutating func insert(_ key: String) -> Bool {
    byBytes ? bytes.insert(Array(key.utf8)).inserted : texts.insert(key).inserted
  }
}

/// Why a text isn't the JSON that its reader asked for, and where.
package struct JSONFailure: Error {
  enum Cause {
    case expected(String)
    case notUTF8
    case nestedTooDeeply
    case invalidNumber(String)
    case duplicateKey
  }

  let cause: Cause
  /// Bytes from the beginning of the text.
  let offset: Int
  /// Keys of the objects around the failure, outermost first; the repeated key is the last one.
  let path: [String]

  package var reason: String {
    switch cause {
    case .expected(let what): "expected \(what)"
    case .notUTF8: "a string isn't UTF-8"
    case .nestedTooDeeply: "nested more than \(JSONReader.depthLimit) levels deep"
    case .invalidNumber(let text): "\(text) isn't a whole number from 0 to \(Int.max)"
    case .duplicateKey: "the key \(quoted(path.last ?? "")) is there twice"
    }
  }
}
