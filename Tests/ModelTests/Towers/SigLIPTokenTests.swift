import Foundation
import Testing
import XAICore
import XAITesting
import XAIWeights

@testable import XAITowers

/// Tokens against `transformers`, `tokenizers` and `sentencepiece`, and tokenizers that aren't read.
@Suite struct SigLIPTokenTests {
  let fixture: SigLIPTextFixture

  init() throws { fixture = try SigLIPTextFixture.load() }

  @Test("tokens of 290 texts, cut and padded to 64", arguments: SigLIPTextFixture.models + ["open-clip"])
  func tokens(_ model: String) throws {
    let tokenizer = try #require(try SigLIPTextFixture.tokenizer(model))
    #expect(fixture.texts.count == 290)
    var (cut, compared) = (0, 0)
    for (index, text) in fixture.texts.enumerated() {
      let expected = fixture.tokens(model, index)
      do throws(LoadError) {
        let found = try tokenizer.tokens(of: text, length: SigLIPTextFixture.length)
        #expect(found.ids == expected, "\(text.debugDescription)")
        cut += found.isCut ? 1 : 0
        compared += 1
      } catch {
        // Nothing but punctuation and space: the library has the end alone, or less than a word before it.
        #expect(Set(expected).count <= 3, "\(text.debugDescription): \(error)")
      }
    }
    #expect(cut >= 3 && compared >= 270, "\(cut) cut, \(compared) compared")
  }

  @Test("a text is cut so that its end has room")
  func cut() throws {
    let tokenizer = try #require(try SigLIPTextFixture.tokenizer("unigram"))
    let long = try tokenizer.tokens(of: "a photo of a dog a photo of a dog", length: 5)
    let whole = try tokenizer.tokens(of: "a photo of a dog a photo of a dog", length: 64)
    #expect(long.isCut && !whole.isCut)
    #expect(long.ids == Array(whole.ids.prefix(4)) + [1])
  }

  @Test("texts without a word, and with a token of another meaning, are refused")
  func refusedTexts() throws {
    let unigram = try #require(try SigLIPTextFixture.tokenizer("unigram"))
    expectError("nothing but white space and punctuation") { try unigram.tokens(of: "?! ...", length: 64) }
    expectError("holds '</s>'") { try unigram.tokens(of: "a </s>", length: 64) }
    let pairs = try #require(try SigLIPTextFixture.tokenizer("pairs"))
    expectError("holds '<eos>'") { try pairs.tokens(of: "a <eos> b", length: 64) }
  }

  @Test("Gemma's own tokenizer leaves capital letters, and says so")
  func capitals() throws {
    let fixture = try CLIPFixture("pairs", of: "siglip-texts")
    func tokens(_ text: String) throws -> (ids: [Int], notes: [String]) {
      let tokenizer = try #require(try PieceTokenizer(directory: fixture.directory(), isOpenCLIP: false))
      return (try tokenizer.tokens(of: text, length: 64).ids, tokenizer.notes)
    }
    #expect(try tokens("A Dog").ids == tokens("a dog").ids)
    #expect(try tokens("a").notes.isEmpty)
    let settings =
      #"{"tokenizer_class": "GemmaTokenizerFast", "pad_token": {"content": "<pad>"}, "padding_side": "left"}"#
    try Data(settings.utf8).write(to: URL(filePath: "\(fixture.path)/tokenizer_config.json"))
    let path = "\(fixture.path)/tokenizer.json"
    let json = try String(contentsOf: URL(filePath: path), encoding: .utf8)
    let plain = json.replacingOccurrences(
      of: #"\{\s*"type": "Lowercase"\s*\},?"#, with: "", options: .regularExpression)
    #expect(plain.count < json.count)
    try Data(plain.utf8).write(to: URL(filePath: path))
    #expect(try tokens("A Dog").ids != tokens("a dog").ids)
    #expect(try tokens("a").notes.contains { $0.contains("capital letters") })
    #expect(try tokens("a dog").ids.first == 0 && tokens("a dog").ids.last == 1, "padding is on the left")
  }

  @Test("vocabularies tell composed characters from decomposed ones")
  func composition() throws {
    let pairs = try #require(
      BytePairs(
        vocabulary: [("\u{E9}", 0), ("e", 1), ("\u{301}", 2), ("e\u{301}", 3)], pairs: [("e", "\u{301}")],
        unknown: nil, usesBytes: false))
    #expect(pairs.ids(of: "\u{E9}e\u{301}".unicodeScalars) == [0, 3])
    let unigram = Unigram([("?", 0), ("\u{E9}", -1), ("e\u{301}", -2)], unknown: 0)
    #expect(unigram.ids(of: "\u{E9}e\u{301}ee".unicodeScalars) == [1, 2, 0])
  }

  @Test("pairs are joined in the order in which they were learned, of equal ones the first")
  func order() throws {
    let pairs = try #require(
      BytePairs(
        vocabulary: ["a", "b", "aa", "ab", "aab"].enumerated().map { ($1, $0) },
        pairs: [("a", "a"), ("a", "b"), ("aa", "b")], unknown: nil, usesBytes: false))
    #expect(pairs.ids(of: "aaab".unicodeScalars) == [2, 3])
    #expect(pairs.ids(of: "aab".unicodeScalars) == [4])
  }

  @Test(
    "tokenizers of another kind are refused by what they are",
    arguments: [
      (#"{"model": {"type": "WordPiece", "vocab": {}}}"#, "'WordPiece'"),
      (
        #"{"model": {"type": "BPE", "end_of_word_suffix": "</w>", "vocab": {}, "merges": []}}"#,
        "end_of_word_suffix"
      ),
      (#"{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a a"]}}"#, "two pieces of the vocabulary"),
      (#"{"model": {"type": "Unigram", "vocab": [["a", 0]], "unk_id": 5}}"#, "unk_id"),
      (#"{"model": {"type": "Unigram", "vocab": [["a"]], "unk_id": 0}}"#, "no piece with its score"),
      (#"{"model": {"type": "Unigram", "vocab": {}}}"#, "no list of pieces"),
      (
        #"{"model": {"type": "BPE", "vocab": {}, "merges": []}, "normalizer": {"type": "BertNormalizer"}}"#,
        "'BertNormalizer'"
      ),
      (
        #"{"model": {"type": "BPE", "vocab": {}}, "normalizer": {"type": "Replace", "pattern": {"Regex": "[0-9]"}, "content": ""}}"#,
        "'[0-9]'"
      ),
      (
        #"{"model": {"type": "BPE", "vocab": {}}, "normalizer": {"type": "Precompiled", "precompiled_charsmap": "AAAA"}}"#,
        "no table"
      ),
      (#"{"model": {"type": "BPE", "vocab": {}}, "pre_tokenizer": {"type": "ByteLevel"}}"#, "'ByteLevel'"),
      (
        #"{"model": {"type": "BPE", "vocab": {}}, "post_processor": {"type": "RobertaProcessing"}}"#,
        "'RobertaProcessing'"
      ),
      (#"{"model": {"type": "BPE", "vocab": {"a": 90000}}}"#, "tokens up to 90000"),
      ("{}", "model"),
      ("[]", "an array"),
    ])
  func otherTokenizers(_ json: String, _ reason: String) throws {
    let fixture = try CLIPFixture("pairs", of: "siglip-texts")
    try Data(json.utf8).write(to: URL(filePath: "\(fixture.path)/tokenizer.json"))
    expectError(reason) { try fixture.load(.texts(ClassTexts(["dog"]))) }
  }

  @Test("a damaged spiece.model is refused, wherever it is cut")
  func damagedPieces() throws {
    let path = SigLIPTextFixture.path("spiece/spiece.model")
    let whole = try Data(contentsOf: URL(filePath: path))
    let damaged = FileManager.default.temporaryDirectory.path + "/xai-\(UUID().uuidString).model"
    defer { try? FileManager.default.removeItem(atPath: damaged) }
    var refused = 0
    for length in stride(from: 0, to: whole.count, by: 101) {
      try whole.prefix(length).write(to: URL(filePath: damaged))
      // What is cut between two fields may be a smaller model.
      do { _ = try SentencePieceModel(path: damaged) } catch { refused += 1 }
    }
    #expect(refused > 25)
    expectError("save the model's fast tokenizer") {
      try Data("no model at all".utf8).write(to: URL(filePath: damaged))
      _ = try SentencePieceModel(path: damaged)
    }
  }
}
