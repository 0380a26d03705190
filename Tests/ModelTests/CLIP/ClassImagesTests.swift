import Testing
import XAICore
import XAIExplainers
import XAIFoundation
import XAIImage
import XAITensor
import XAITesting

/// Classes that are other images.
@Suite struct ClassImagesTests {
  private func image(_ seed: UInt64, side: Int = 16) throws -> RGBImage {
    var random = SeededRandom(seed: seed)
    return try RGBImage(
      width: side, height: side, pixels: (0..<side * side * 3).map { _ in UInt8(random.next() >> 56) })
  }

  private func logits(_ model: any Model, _ image: RGBImage) throws -> [Float] {
    try model.logits(model.descriptor.preprocessing.tensor(from: image)).elements
  }

  @Test(
    "an image is nearest to itself, the cosine is symmetric, and two images are their mean",
    arguments: ["hf-clip", "hf-clip-vision-gelu", "timm-vit", "hf-dinov2"])
  func similarity(_ name: String) throws {
    let (a, b) = try (image(1), image(2))
    let classes = try ClassImages([[a], [b], [a, b]], names: ["a", "b", "both"], scale: 10)
    let model = try CLIPFixture(name).load(.images(classes))
    #expect(model.descriptor.labels == ["a", "b", "both"] && model.descriptor.output == .softmax)
    let (ofA, ofB) = (try logits(model, a), try logits(model, b))
    #expect(abs(ofA[0] - 10) < 1e-4 && abs(ofB[1] - 10) < 1e-4)
    #expect(abs(ofA[1] - ofB[0]) < 1e-4)
    // u and v of length 1 with the cosine s: cos(u, u + v) = (1 + s)/√(2 + 2s).
    let s = Double(ofA[1]) / 10
    let expected = Float(10 * (1 + s) / (2 + 2 * s).squareRoot())
    #expect(abs(ofA[2] - expected) < 1e-4 && abs(ofB[2] - expected) < 1e-4)
    #expect(abs(s) < 0.999)
  }

  @Test("methods that go back from a class explain the likeness of two images")
  func explaining() throws {
    let model = try CLIPFixture("hf-clip").load(
      .images(ClassImages([[try image(1)], [try image(2)]], names: ["a", "b"])))
    let input = try model.descriptor.preprocessing.tensor(from: image(3))
    let explainer = try Registry(plugins: builtInExplainers).explainer("attnlrp:contrast=others")
    let map = try explainer.explain(input, targets: .classes([0]), using: model)[0][0]
    #expect(map.scores.contains { $0 != map.scores[0] })
  }

  @Test("images are some for each name")
  func refusals() throws {
    expectError("not images for each of 2 names") { try ClassImages([[image(1)]], names: ["a", "b"]) }
    expectError("not images for each of 1 names") { try ClassImages([[]], names: ["a"]) }
  }
}
