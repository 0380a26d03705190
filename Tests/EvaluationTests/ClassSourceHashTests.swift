import Testing
import XAI
import XAIEvaluation

/// Whether classes that a model is given are told apart.
@Suite struct ClassSourceHashTests {
  @Test("each part of what makes the classes changes their hash, and nothing else does")
  func hashes() throws {
    func vectors(_ values: [Float], _ names: [String], _ scale: Float? = nil) throws -> ClassSource {
      .vectors(try ClassVectors(Tensor([2, 2], values), names: names, scale: scale))
    }
    func images(_ value: UInt8, _ name: String) throws -> ClassSource {
      let image = try RGBImage(width: 1, height: 1, pixels: [value, 0, 0])
      return .images(try ClassImages([[image]], names: [name]))
    }
    let sources: [ClassSource] = [
      .names(["a", "b"]), .names(["ab", ""]), .names(["b", "a"]), .names(["1", "2"]),
      .features([1, 2]), .features([12]),
      try vectors([1, 2, 3, 4], ["a", "b"]), try vectors([1, 2, 3, 5], ["a", "b"]),
      try vectors([1, 2, 3, 4], ["a", "c"]), try vectors([1, 2, 3, 4], ["a", "b"], 10),
      .texts(try ClassTexts(["a", "b"])), .texts(try ClassTexts(["a", "b"], templates: ["{}"])),
      .texts(try ClassTexts(["a", "b"], templates: ["the {}"])),
      .texts(try ClassTexts(["a", "b"], scale: 1)),
      try images(1, "a"), try images(2, "a"), try images(1, "b"),
    ]
    #expect(Set(sources.map { $0.contentHash() }).count == sources.count)
    #expect(try images(1, "a").contentHash() == images(1, "a").contentHash())
  }
}
