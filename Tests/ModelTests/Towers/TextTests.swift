import Foundation
import Testing
import XAICore
import XAIModels
import XAITensor
import XAITesting
import XAIWeights

@testable import XAITowers

/// CLIP's tokenizer and text tower against `transformers`, and classes that are texts.
@Suite struct TextTests {
  let fixture: TextFixture

  init() throws { fixture = try TextFixture.load() }

  // MARK: - Tokens

  @Test("tokens of 270 texts, in both forms of a vocabulary", arguments: TextFixture.models)
  func tokens(_ model: String) throws {
    let tokenizer = try #require(try WordTokenizer(directory: TextFixture.path(model)))
    #expect(fixture.texts.count == 270)
    for (text, expected) in zip(fixture.texts, fixture.tokens) {
      let found = try tokenizer.tokens(of: text)
      #expect(found == expected, "\(text.debugDescription)")
    }
  }

  @Test("a text without words, or with a token that ends texts, is refused")
  func refusedTexts() throws {
    let tower = try TextFixture.tower("both-towers")
    func vectors(_ text: String) throws -> ClassVectors { try tower.vectors(of: ClassTexts([text])).vectors }
    expectError("end of a text") { try vectors("a <|endoftext|> b") }
    expectError("start of a text") { try vectors("a <|startoftext|>b") }
    expectError("is empty") { try vectors(" \u{3000}") }
    expectError("66 tokens, and the text tower of both-towers reads 64 at most") {
      try vectors(String(repeating: "q", count: 64))
    }
    expectError("there twice") { try ClassTexts(["a dog", "a cat", "a dog"]) }
    expectError("without {}") { try ClassTexts(["dog"], templates: ["a photo of a"]) }
    expectError("no text") { try ClassTexts([]) }
  }

  @Test("every place of a template has the text of the class, and nothing else changes")
  func templates() throws {
    let texts = try ClassTexts(["a {} b", "dog"], templates: ["{}, {}", "the {}."])
    #expect(texts.prompts(of: 1) == ["dog, dog", "the dog."])
    #expect(texts.prompts(of: 0) == ["a {} b, a {} b", "the a {} b."])
    #expect(try ClassTexts(["dog"]).prompts(of: 0) == ["dog"])
  }

  // MARK: - Vectors

  @Test("vectors of texts within 1e-5", arguments: TextFixture.models, AvailableKernels.nearFloat32)
  func vectors(_ model: String, _ kernels: AvailableKernels) throws {
    let tower = try TextFixture.tower(model, on: kernels)
    let expected = try TextFixture.expected("\(model).texts")
    var compared = 0
    for (text, tokens) in zip(fixture.texts, fixture.tokens) where tokens.count <= 64 {
      let found = try tower.vectors(of: ClassTexts([text])).vectors.vectors.elements
      let wanted = TextFixture.direction(expected[compared].elements)
      for (a, b) in zip(found, wanted) { #expect(abs(a - b) < 1e-5 * kernels.slack, "\(text)") }
      compared += 1
    }
    #expect(compared == expected.shape[0] && compared > 260)
  }

  @Test("texts of different lengths in one batch have the vectors that they have alone")
  func batches() throws {
    let tower = try TextFixture.tower("both-towers")
    // Texts that differ only in how characters are composed are one text to Swift.
    var seen: Set<String> = []
    let texts = fixture.texts.filter { seen.insert($0).inserted }
    let together = try tower.vectors(of: ClassTexts(texts)).vectors.vectors
    for index in stride(from: 0, to: texts.count, by: 7) {
      let alone = try tower.vectors(of: ClassTexts([texts[index]])).vectors.vectors.elements
      for (a, b) in zip(alone, together[index].elements) { #expect(abs(a - b) < 1e-5, "\(texts[index])") }
    }
  }

  @Test("several prompts make the mean of their directions", arguments: TextFixture.models)
  func ensembles(_ model: String) throws {
    let texts = try ClassTexts(fixture.classes, templates: fixture.templates)
    let found = try TextFixture.tower(model).vectors(of: texts).vectors
    let expected = try TextFixture.expected("\(model).ensembles")
    #expect(found.names == fixture.classes)
    for index in fixture.classes.indices {
      let (a, b) = (TextFixture.direction(found.vectors[index].elements), expected[index].elements)
      for (a, b) in zip(a, b) { #expect(abs(a - b) < 1e-5) }
    }
  }

  @Test("logits of images and texts as CLIPModel gives them", arguments: TextFixture.models)
  func logits(_ model: String) throws {
    let loaded = try CLIP.load(TextFixture.path(model), classes: .texts(ClassTexts(fixture.classes)))
    #expect(loaded.descriptor.labels == fixture.classes && loaded.descriptor.output == .softmax)
    let logits = try loaded.logits(TextFixture.expected("\(model).input"))
    let expected = try TextFixture.expected("\(model).logits")
    for (a, b) in zip(logits.elements, expected.elements) { #expect(abs(a - b) < 1e-4) }
  }

  @Test("a single text says that its probability is always 1")
  func single() throws {
    let one = try CLIP.load(TextFixture.path("both-towers"), classes: .texts(ClassTexts(["dog"])))
    #expect(one.descriptor.notes.contains { $0.contains("whose probability is 1") })
  }

  // MARK: - What is missing

  @Test("who can't read texts says why")
  func missing() throws {
    let texts = ClassSource.texts(try ClassTexts(["dog"]))
    expectError("an image tower alone") { try CLIPFixture("hf-clip-vision-gelu").load(texts) }
    let withoutTokenizer = try CLIPFixture("hf-clip")
    #expect(!CLIP.readsTexts(try withoutTokenizer.directory()))
    expectError("no tokenizer.json") { try withoutTokenizer.load(texts) }
    expectError("no text tower") { try CLIPFixture("hf-vit").load(texts) }
    #expect(CLIP.readsTexts(try ModelDirectory(TextFixture.path("both-towers"))))
  }

  @Test(
    "a tokenizer of another kind is refused by what it is",
    arguments: [
      (#"{"model": {"type": "WordPiece", "vocab": {}}}"#, "'WordPiece'"),
      (#"{"model": {"type": "BPE", "vocab": {}, "merges": []}}"#, "end_of_word_suffix"),
      (
        #"{"model": {"type": "BPE", "end_of_word_suffix": "</w>", "vocab": {"a": 1}, "merges": []}}"#,
        "<|startoftext|>"
      ),
      (
        #"{"model": {"type": "BPE", "end_of_word_suffix": "</w>", "vocab": {}, "merges": ["a b c"]}}"#,
        "isn't two pieces"
      ),
      ("{}", "model"),
      (
        #"{"model": {"type": "BPE", "end_of_word_suffix": "</w>", "vocab": {"<|startoftext|>": 1, "<|endoftext|>": 900}}}"#,
        "tokens up to 900"
      ),
    ])
  func otherTokenizers(_ json: String, _ reason: String) throws {
    let fixture = try CLIPFixture("hf-clip")
    try Data(json.utf8).write(to: URL(filePath: "\(fixture.path)/tokenizer.json"))
    expectError(reason) { try fixture.load(.texts(ClassTexts(["dog"]))) }
  }
}
