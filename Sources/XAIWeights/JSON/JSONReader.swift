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
  mutating func object(
    _ member: (inout JSONReader, String) throws(JSONFailure) -> Void
  ) throws(JSONFailure) {
    try enter(UInt8(ascii: "{"), "an object")
    var keys: Set<String> = []
    if !skip(UInt8(ascii: "}")) {
      repeat {
        let key = try string()
        path.append(key)
        guard keys.insert(key).inserted else { throw failure(.duplicateKey) }
        try expect(UInt8(ascii: ":"), "':'")
        try member(&self, key)
        path.removeLast()
      } while skip(UInt8(ascii: ","))
      try expect(UInt8(ascii: "}"), "',' or '}'")
    }
    depth -= 1
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
