import Foundation
import Testing
import XAITesting

@testable import XAIWeights

@Suite struct JSONTextTests {
  private func readBack(_ value: JSONValue) throws -> JSONValue {
    try Array(value.jsonText.utf8).withUnsafeBytes { try JSONValue(parsing: $0) }
  }

  @Test func looksAsPeopleWriteIt() {
    let value = JSONValue.object([
      "b": .array([.integer(1), .double(0.5), .boolean(true), .null]), "a": .object(["é": .string("x")]),
      "A": .array([]), "c": .object([:]),
    ])
    #expect(
      value.jsonText == """
        {
          "A": [],
          "a": {
            "é": "x"
          },
          "b": [
            1,
            0.5,
            true,
            null
          ],
          "c": {}
        }

        """)
  }

  @Test(
    "strings read back, here and in Foundation",
    arguments: [
      "", "a \"quoted\" \\ path/", "\u{0}\u{1}\u{8}\t\n\u{B}\u{C}\r\u{1F}", "\u{7F}\u{80}\u{2028}\u{2029}",
      "é e\u{301} 漢字 😀👩‍👩‍👧 \u{10FFFF}\u{FEFF}", "</script>",
    ])
  func strings(_ string: String) throws {
    let value = JSONValue.object([string: .string(string)])
    let parsed = try readBack(value)
    #expect(parsed == value)
    guard case .object(let members) = parsed, case .string(let read)? = members[string] else {
      Issue.record("not an object of a string")
      return
    }
    // Equality of strings overlooks how accents are composed; bytes don't.
    #expect(Array(read.utf8) == Array(string.utf8))
    let decoded = try JSONDecoder().decode([String: String].self, from: Data(value.jsonText.utf8))
    #expect(Array((decoded[string] ?? "").utf8) == Array(string.utf8))
  }

  @Test func everyControlCharacterIsEscaped() throws {
    for code in UInt8(0)..<0x20 {
      let text = JSONValue.string(String(Unicode.Scalar(code))).jsonText
      #expect(text.utf8.dropLast().allSatisfy { $0 >= 0x20 }, "\(code)")
      #expect(try readBack(.string(String(Unicode.Scalar(code)))) == .string(String(Unicode.Scalar(code))))
    }
  }

  @Test(
    "doubles read back bit by bit, and as doubles",
    arguments: [
      0.0, -0.0, 1, 3, -25, 0.1, 1.0 / 3, 1e-12, 1e-6, 0.00392156862745098, 1e16, 1e21, 123456789012345680,
      .pi, .ulpOfOne, .leastNonzeroMagnitude, .leastNormalMagnitude, .greatestFiniteMagnitude,
    ])
  func doubles(_ double: Double) throws {
    guard case .double(let read) = try readBack(.double(double)) else {
      Issue.record("\(double) reads back as another kind")
      return
    }
    #expect(read.bitPattern == double.bitPattern)
  }

  @Test func randomDoublesReadBack() throws {
    var random = SeededGenerator(state: TestSeed.value)
    for _ in 0..<2_000 {
      let double = Double(bitPattern: random.next())
      guard double.isFinite else { continue }
      #expect(
        try readBack(.double(double)) == .double(double),
        "\(double.bitPattern), XAI_TEST_SEED=\(TestSeed.value)")
    }
  }

  @Test(arguments: [0, 1, -1, Int.max, Int.min, 1 << 53])
  func integers(_ integer: Int) throws {
    #expect(try readBack(.integer(integer)) == .integer(integer))
  }

  @Test func whatJSONDoesNotHaveBecomesNull() throws {
    for double in [Double.nan, .infinity, -.infinity] { #expect(try readBack(.double(double)) == .null) }
  }

  @Test func deepNestingReadsBack() throws {
    var value = JSONValue.integer(1)
    for level in 0..<60 { value = level % 2 == 0 ? .array([value, .null]) : .object(["k": value]) }
    #expect(try readBack(value) == value)
  }
}
