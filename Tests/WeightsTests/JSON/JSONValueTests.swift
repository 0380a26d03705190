import Testing

@testable import XAIWeights

@Suite struct JSONValueTests {
  private func parse(_ text: String) throws -> JSONValue { try parse(Array(text.utf8)) }

  private func parse(_ bytes: [UInt8]) throws -> JSONValue {
    try bytes.withUnsafeBytes { try JSONValue(parsing: $0) }
  }

  @Test func readsEveryKind() throws {
    let text = #" { "a" : [ 1 , -2.5e1 , true , false , null , "x" ] , "b" : { } , "c" : [ ] } "#
    #expect(
      try parse(text)
        == .object([
          "a": .array([.integer(1), .double(-25), .boolean(true), .boolean(false), .null, .string("x")]),
          "b": .object([:]), "c": .array([]),
        ]))
  }

  @Test(arguments: [
    (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
    (#""\u00e9\u20AC""#, "é€"),
    (#""\ud83d\ude00""#, "😀"),
    ("\"é😀\"", "é😀"),
  ])
  func decodesStrings(text: String, expected: String) throws {
    #expect(try parse(text) == .string(expected))
  }

  @Test func readsNumbersByKind() throws {
    #expect(try parse("9223372036854775807") == .integer(.max))
    #expect(try parse("-9223372036854775808") == .integer(.min))
    #expect(try parse("9223372036854775808") == .double(0x1p63))
    #expect(try parse("1e-6") == .double(1e-6))
    #expect(try parse("-0") == .integer(0))
  }

  @Test(arguments: [
    "", "{", "[", "[1,", "[1,]", "{,}", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, "{a:1}", "'a'", "nul", "NaN",
    "-Infinity",
    "Infinity", "01", "1.", ".5", "+1", "1e", "-", "1e999", "[1] 2", #""\x""#, #""\u12""#, #""\ud83d""#,
    #""\ud83d\u0041""#,
    #""\ude00""#, #""\ud83d \ude00""#, "\"a", "\"a\nb\"", "\"\u{1}\"", "\u{FEFF}1", "/*c*/1",
    "tru\u{65}\u{301}",
  ])
  func refusesWhatIsNotJSON(text: String) {
    #expect(throws: JSONFailure.self) { try parse(text) }
  }

  @Test func refusesWhatIsNotUTF8() {
    // An overlong slash, a lone continuation byte, a surrogate, a value above U+10FFFF.
    for bytes: [UInt8] in [[0xC0, 0xAF], [0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xC3]] {
      let error = #expect(throws: JSONFailure.self) { try parse([0x22] + bytes + [0x22]) }
      guard case .notUTF8 = error?.cause else {
        Issue.record("\(bytes): \(String(describing: error))")
        continue
      }
    }
  }

  @Test func refusesRepeatedKeysHoweverWritten() {
    let error = #expect(throws: JSONFailure.self) { try parse(#"{"x":{"key":1,"k\u0065y":2}}"#) }
    #expect(error?.path == ["x", "key"])
  }

  @Test func boundsNesting() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    _ = try parse(nested(JSONReader.depthLimit))
    #expect(throws: JSONFailure.self) { try parse(nested(JSONReader.depthLimit + 1)) }
    #expect(throws: JSONFailure.self) { try parse(String(repeating: "[", count: 1_000_000)) }
    #expect(throws: JSONFailure.self) { try parse(String(repeating: #"{"a":"#, count: 1_000_000)) }
  }

  @Test func namesInMessagesAreShortAndHarmless() {
    #expect(quoted("a\u{1B}[2Jb") == "'a\\u{1b}[2Jb'")
    #expect(quoted(String(repeating: "x", count: 5_000)).count < 210)
  }
}
