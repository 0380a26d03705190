import Testing
import XAITensor

@testable import XAIWeights

/// Headers that lie: every way has its own error, and none reaches memory that isn't there.
@Suite struct HeaderAttackTests {
  private let file = "bad.safetensors"

  private func error(_ bytes: [UInt8]) -> SafetensorsError? {
    #expect(throws: SafetensorsError.self) { try SafetensorsFile(bytes: bytes, name: file) }
  }

  private func error(_ header: String, dataCount: Int = 8) -> SafetensorsError? {
    error(safetensorsBytes(header: header, data: Array(repeating: 0, count: dataCount)))
  }

  @Test func lengths() {
    #expect(error([]) == .tooShort(file: file, byteCount: 0))
    #expect(error([1, 0, 0, 0, 0, 0, 0]) == .tooShort(file: file, byteCount: 7))
    #expect(error(safetensorsBytes(header: "")) == .emptyHeader(file: file))
    let text = Array("{}".utf8)
    #expect(
      error(safetensorsBytes(header: text, length: 3))
        == .headerPastEnd(file: file, length: 3, fileByteCount: 10))
    #expect(
      error(safetensorsBytes(header: text, length: 100_000_000))
        == .headerPastEnd(file: file, length: 100_000_000, fileByteCount: 10))
    for length in [100_000_001, UInt64(Int.max), UInt64(Int.max) + 1, .max, .max - 7] {
      #expect(
        error(safetensorsBytes(header: text, length: length))
          == .headerTooLong(file: file, length: length, limit: 100_000_000))
    }
  }

  @Test func offsets() {
    #expect(
      error("{\(entry("a", "F32", "[1]", 4, 0))}", dataCount: 4)
        == .reversedOffsets(file: file, tensor: "a", start: 4, end: 0))
    #expect(
      error("{\(entry("a", "F32", "[3]", 0, 12))}")
        == .pastEnd(file: file, tensor: "a", end: 12, dataByteCount: 8))
    #expect(
      error("{\(entry("a", "U8", "[1]", Int.max - 1, Int.max))}")
        == .pastEnd(file: file, tensor: "a", end: .max, dataByteCount: 8))
    #expect(
      error("{\(entry("a", "F32", "[3]", 0, 8))}")
        == .sizeMismatch(file: file, tensor: "a", shape: [3], type: .float32, byteCount: 8))
    #expect(
      error("{\(entry("b", "F32", "[1]", 0, 4)),\(entry("a", "F32", "[1]", 0, 4))}", dataCount: 4)
        .map(isOverlap) == true)
    #expect(
      error(
        "{\(entry("b", "U8", "[4]", 2, 6)),\(entry("a", "U8", "[4]", 0, 4)),\(entry("c", "U8", "[2]", 6, 8))}"
      )
        == .overlap(file: file, tensor: "b", other: "a"))
    #expect(
      error("{\(entry("a", "F32", "[1]", 4, 8))}") == .hole(file: file, tensor: "a", byteCount: 4))
    #expect(
      error("{\(entry("a", "U8", "[2]", 0, 2)),\(entry("b", "U8", "[5]", 3, 8))}")
        == .hole(file: file, tensor: "b", byteCount: 1))
    #expect(error("{\(entry("a", "F32", "[1]", 0, 4))}") == .trailingBytes(file: file, byteCount: 4))
    #expect(error("{}") == .trailingBytes(file: file, byteCount: 8))
  }

  private func isOverlap(_ error: SafetensorsError) -> Bool {
    if case .overlap = error { true } else { false }
  }

  @Test func shapesThatOverflow() {
    let large = 1 << 62
    for (shape, type) in [
      ([large, 8], StoredType.uint8), ([large, 2], .uint8), ([large], .float32), ([large], .uint8),
      ([large, 8, 0], .uint8),
      ([.max], .float64), ([3], .float4), ([1], .float6E2M3),
    ] {
      #expect(
        error("{\(entry("a", type.rawValue, "\(shape)", 0, 0))}", dataCount: 0)
          == .invalidShape(file: file, tensor: "a", extents: shape, type: type))
    }
  }

  @Test(arguments: ["-1", "1.0", "1e3", "9223372036854775808", "-0", "99999999999999999999999999"])
  func numbersThatAreNoCounts(number: String) {
    for header in [
      #"{"a":{"dtype":"F32","shape":[\#(number)],"data_offsets":[0,8]}}"#,
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[\#(number),8]}}"#,
    ] {
      guard case .invalidNumber(_, let path, _) = error(header) else {
        Issue.record("\(header)")
        continue
      }
      #expect(path.first == "a")
    }
  }

  @Test func duplicates() {
    let a = entry("a", "F32", "[1]", 0, 4)
    #expect(error("{\(a),\(a)}", dataCount: 4) == .duplicateTensor(file: file, tensor: "a"))
    #expect(
      error(#"{"a":{"dtype":"F32","shape":[2],"shape":[2],"data_offsets":[0,8]}}"#)
        == .duplicateField(file: file, tensor: "a", field: "shape"))
    #expect(
      error(#"{"__metadata__":{"x":"1","x":"2"}}"#)
        == .duplicateField(file: file, tensor: "__metadata__", field: "x"))
    #expect(
      error(#"{"__metadata__":{},"__metadata__":{}}"#)
        == .duplicateTensor(file: file, tensor: "__metadata__"))
  }

  @Test func fields() {
    #expect(
      error(#"{"a":{"shape":[2],"data_offsets":[0,8]}}"#)
        == .missingField(file: file, tensor: "a", field: "dtype"))
    #expect(
      error(#"{"a":{"dtype":"F32","data_offsets":[0,8]}}"#)
        == .missingField(file: file, tensor: "a", field: "shape"))
    #expect(
      error(#"{"a":{"dtype":"F32","shape":[2]}}"#)
        == .missingField(file: file, tensor: "a", field: "data_offsets"))
    #expect(
      error("{\(entry("a", "f32", "[2]", 0, 8))}") == .unknownType(file: file, tensor: "a", type: "f32"))
  }

  @Test(arguments: [
    "[]", " {}", "{", "{}x", "null", #"{"a":1}"#, #"{"a":{"dtype":1}}"#, #"{"a":{"shape":{}}}"#,
    #"{"a":{"shape":[[1]]}}"#,
    #"{"a":{"data_offsets":[1]}}"#, #"{"a":{"data_offsets":[1,2,3]}}"#, #"{"__metadata__":{"x":1}}"#,
    #"{"__metadata__":[]}"#, "\u{FEFF}{}", #"{"a":{"dtype":"F32" "shape":[]}}"#,
  ])
  func headersThatAreNoHeaders(header: String) {
    guard case .malformedHeader = error(header) else {
      Issue.record("\(header)")
      return
    }
  }

  @Test func textThatIsNoText() {
    let header: [UInt8] = Array("{\"".utf8) + [0xFF, 0xFE] + Array("\":{}}".utf8)
    guard case .notUTF8 = error(safetensorsBytes(header: header)) else {
      Issue.record("invalid UTF-8 was taken")
      return
    }
    let deep = #"{"a":{"x":"# + String(repeating: "[", count: 200_000)
    guard case .nestedTooDeeply = error(deep) else {
      Issue.record("deep nesting was taken")
      return
    }
  }

  @Test func everyMessageNamesTheFile() {
    for bytes in [
      [], safetensorsBytes(header: ""), safetensorsBytes(header: "{}x"),
      safetensorsBytes(header: "{}", data: [1]),
    ] {
      let message = error(bytes).map { "\($0)" } ?? ""
      #expect(message.contains(file))
    }
  }
}
