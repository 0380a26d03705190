import Testing

@testable import XAIWeights

@Suite struct ConfigurationTests {
  private let config: Configuration

  init() throws {
    config = try Configuration(
      text: """
        {"hidden_size": 192, "eps": 1e-06, "zero": 0, "qkv_bias": true, "model_type": "vit", "none": null,
         "image_size": 224, "patch_size": [14, 16], "mean": [0.5, 1], "depths": [2, 2, 6], "names": ["a", "b"],
         "id2label": {"0": "tench", "1": "goldfish"}, "pretrained_cfg": {"num_classes": 1000, "input_size": [3, 8, 8]}}
        """, file: "config.json")
  }

  private func error(_ body: () throws -> Void) -> ConfigurationError? {
    #expect(throws: ConfigurationError.self, performing: body)
  }

  @Test func looksUpEveryKind() throws {
    #expect(try config.integer("hidden_size") == 192)
    #expect(try config.integer("pretrained_cfg.num_classes", in: 1...1_000) == 1000)
    #expect(try config.integers("pretrained_cfg.input_size") == [3, 8, 8])
    #expect(try config.double("eps") == 1e-6)
    #expect(try config.double("zero") == 0)
    #expect(try config.optionalBool("qkv_bias") == true)
    #expect(try config.string("model_type") == "vit")
    #expect(try config.optionalIntegerPair("image_size") ?? (0, 0) == (224, 224))
    #expect(try config.optionalIntegerPair("patch_size") ?? (0, 0) == (14, 16))
    #expect(try config.optionalDoubles("mean") == [0.5, 1])
    #expect(try config.integers("depths") == [2, 2, 6])
    #expect(try config.optionalStrings("names") == ["a", "b"])
    #expect(try config.optionalLabels() == [0: "tench", 1: "goldfish"])
    #expect(try config.optionalInteger("none") == nil)
    #expect(try config.optionalString("pretrained_cfg.none.deeper") == nil)
    #expect(try config.optionalLabels("labels") == nil)
  }

  @Test("an object that is read apart tells composed keys from decomposed ones")
  func readingApart() throws {
    let folder = try TemporaryDirectory()
    func read(_ json: String) throws -> (rest: Configuration, members: [(key: String, value: JSONValue)]) {
      try Configuration.reading(folder.write(json, to: "tokenizer.json"), apart: ["model", "vocab"])
    }
    let found = try read(
      "{\"a\": 1, \"model\": {\"vocab\": {\"e\u{301}\": 7, \"\u{E9}\": 8}, \"type\": \"BPE\"}, \"vocab\": {}}"
    )
    #expect(found.members.map(\.value) == [.integer(7), .integer(8)])
    #expect(found.members.map { Array($0.key.utf8) } == [Array("e\u{301}".utf8), Array("\u{E9}".utf8)])
    #expect(try found.rest.string("model.type") == "BPE" && found.rest.integer("a") == 1)
    let list = try read(#"{"model": {"vocab": [["a", -1.5]]}}"#)
    #expect(list.members.isEmpty && list.rest.optionalValue("model.vocab") != nil)
    for text in ["[]", "{", #"{"model": {"vocab": {"a": 1, "a": 2}}}"#, "{} x"] {
      #expect(throws: ConfigurationError.self) { _ = try read(text) }
    }
  }

  @Test func errorsNameFileAndKey() throws {
    #expect(error { _ = try config.integer("depth") } == .missing(file: "config.json", key: "depth"))
    #expect(error { _ = try config.string("none") } == .missing(file: "config.json", key: "none"))
    #expect(
      error { _ = try config.integer("eps") }
        == .wrongKind(
          file: "config.json", key: "eps", expected: "an integer", found: "a number with a fraction"))
    #expect(
      error { _ = try config.integer("hidden_size", in: 1...100) }
        == .invalid(file: "config.json", key: "hidden_size", reason: "is 192, outside 1 to 100"))
    #expect(
      error { _ = try config.optionalIntegerPair("patch_size", in: 1...15) }
        == .invalid(file: "config.json", key: "patch_size", reason: "is 16, outside 1 to 15"))
    for body: () throws -> Void in [
      { _ = try config.optionalInteger("model_type") }, { _ = try config.optionalDouble("qkv_bias") },
      { _ = try config.optionalBool("zero") }, { _ = try config.optionalString("zero") },
      { _ = try config.optionalIntegerPair("depths") }, { _ = try config.optionalIntegers("mean") },
      { _ = try config.optionalStrings("depths") }, { _ = try config.optionalLabels("names") },
      { _ = try config.optionalDoubles("names") },
    ] {
      guard case .wrongKind = error(body) else {
        Issue.record("a value of another kind was taken")
        continue
      }
    }
  }

  @Test func labelsMustBeByIndex() throws {
    for labels in [#"{"a":"x"}"#, #"{"-1":"x"}"#, #"{"0":[1]}"#, #"{"0":null}"#, #"{"7":"x","07":"y"}"#] {
      let config = try Configuration(text: "{\"id2label\":\(labels)}", file: "config.json")
      #expect(throws: ConfigurationError.self) { try config.optionalLabels() }
    }
  }

  @Test func malformedTextHasALineAndAColumn() throws {
    #expect(
      error { _ = try Configuration(text: "{\n  \"a\": 1,\n  \"b\": NaN\n}", file: "c") }
        == .malformed(file: "c", line: 3, column: 8, reason: "expected a JSON value"))
    #expect(
      error { _ = try Configuration(text: "", file: "c") }
        == .malformed(file: "c", line: 1, column: 1, reason: "expected a JSON value"))
    #expect(throws: ConfigurationError.self) {
      try Configuration(text: String(repeating: "[", count: 1 << 20), file: "c")
    }
  }

  @Test func filesAreBounded() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write(
      Array(repeating: 0x20, count: Configuration.byteLimit + 1), to: "config.json")
    #expect(
      error { _ = try Configuration(path: path) }
        == .tooLarge(file: path, byteCount: Configuration.byteLimit + 1, limit: Configuration.byteLimit))
    guard case .unreadable = error({ _ = try Configuration(path: "\(directory.path)/none") }) else {
      Issue.record("an absent file was read")
      return
    }
  }
}
