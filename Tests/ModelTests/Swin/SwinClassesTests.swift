import Testing
import XAICore
import XAIFoundation
import XAIImage
import XAIModels
import XAISwin
import XAITensor
import XAITesting
import XAIWeights

/// Classes that a Swin is given, against formulas of what PyTorch recorded behind its last block.
@Suite struct SwinClassesTests {
  static let names = ["hf-swin", "hf-swinv2", "timm-swin", "timm-swinv2", "timm-swin-padded"]

  /// The mean over the tokens of their layer norm, of one image, in double precision.
  private func features(_ golden: SwinFixture, image: Int) throws -> [Double] {
    let last = try golden.tensor("activation.output.\(golden.grids.count - 1)")
    let weights = try ModelDirectory(golden.modelPath).weights()
    let norm = try #require(
      ["norm", "swin.layernorm", "swinv2.layernorm"].first { weights["\($0).weight"] != nil })
    let (scale, shift) = try (
      weights.tensor("\(norm).weight").elements, weights.tensor("\(norm).bias").elements
    )
    let (count, width) = (last.shape[1], last.shape[2])
    let tokens = last[image].elements.map { Double($0) }
    var result = [Double](repeating: 0, count: width)
    for token in 0..<count {
      let x = tokens[token * width..<(token + 1) * width]
      let mean = x.reduce(0, +) / Double(width)
      let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(width)
      for (i, value) in x.enumerated() {
        let normed = (value - mean) / (variance + 1e-5).squareRoot()
        result[i] += (normed * Double(scale[i]) + Double(shift[i])) / Double(count)
      }
    }
    return result
  }

  private func load(
    _ golden: SwinFixture, _ classes: ClassSource?, on kernels: AvailableKernels = .preferred
  ) throws -> any Model {
    try Registry(plugins: builtInModels).loadModel(
      ModelDirectory(golden.modelPath), LoadRequest(kernels: kernels.make(), classes: classes))
  }

  private func vectors(width: Int, scale: Float? = nil) throws -> ClassVectors {
    var random = SeededRandom(seed: 5)
    return try ClassVectors(random.normal([3, width]), names: ["a", "b", "c"], scale: scale)
  }

  @Test("logits are scaled cosines with the features", arguments: names, AvailableKernels.nearFloat32)
  func cosines(_ name: String, _ kernels: AvailableKernels) throws {
    let golden = try SwinFixture(name)
    let input = try golden.tensor("input")
    let width = try features(golden, image: 0).count
    let given = try vectors(width: width, scale: 7)
    let model = try load(golden, .vectors(given), on: kernels)
    #expect(model.descriptor.labels == ["a", "b", "c"] && model.descriptor.output == .softmax)
    let logits = try model.logits(input)
    for image in 0..<input.shape[0] {
      let g = try features(golden, image: image)
      for index in 0..<3 {
        let v = given.vectors[index].elements.map { Double($0) }
        let product = zip(g, v).reduce(0) { $0 + $1.0 * $1.1 }
        let lengths = [g, v].map { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() }
        let expected = Float(7 * product / (lengths[0] * lengths[1]))
        #expect(
          abs(logits[image].elements[index] - expected) < 1e-4 * kernels.slack, "\(name) \(image) \(index)")
      }
    }
  }

  @Test("elements of the features are classes", arguments: names)
  func elements(_ name: String) throws {
    let golden = try SwinFixture(name)
    let model = try load(golden, .features([3, 0]))
    #expect(model.descriptor.labels == ["feature:3", "feature:0"] && model.descriptor.output == .regression)
    let found = try model.logits(golden.tensor("input"))[1].elements
    let expected = try features(golden, image: 1)
    #expect(abs(Double(found[0]) - expected[3]) < 1e-4 && abs(Double(found[1]) - expected[0]) < 1e-4)
    expectError("its features for classes") { try model.trainable().configurationFiles() }
  }

  @Test("a family with classes that are given conforms", arguments: ["hf-swin", "timm-swinv2"])
  func conforms(_ name: String) throws {
    let golden = try SwinFixture(name)
    let width = try features(golden, image: 0).count
    ArchitectureConformance(
      Swin.self, loading: try ModelDirectory(golden.modelPath), classes: .vectors(try vectors(width: width))
    ).run()
  }

  @Test("images as classes: each is nearest to itself, and the cosine is symmetric", arguments: names)
  func images(_ name: String) throws {
    let golden = try SwinFixture(name)
    let images = try (0..<2).map { seed in
      var random = SeededRandom(seed: UInt64(seed))
      return try RGBImage(
        width: 24, height: 24, pixels: (0..<24 * 24 * 3).map { _ in UInt8(random.next() >> 56) })
    }
    let classes = try ClassImages(images.map { [$0] }, names: ["a", "b"], scale: 10)
    let model = try load(golden, .images(classes))
    let logits = try images.map {
      try model.logits(model.descriptor.preprocessing.tensor(from: $0)).elements
    }
    #expect(abs(logits[0][0] - 10) < 1e-4 && abs(logits[1][1] - 10) < 1e-4)
    #expect(abs(logits[0][1] - logits[1][0]) < 1e-4 && logits[0][1] < 9.9999)
  }

  @Test("what doesn't fit says why")
  func refusals() throws {
    let golden = try SwinFixture("hf-swin")
    let width = try features(golden, image: 0).count
    expectError("class vectors have \(width + 1) elements, and the features of") {
      try load(golden, .vectors(vectors(width: width + 1)))
    }
    expectError("no text tower") { try load(golden, .texts(ClassTexts(["dog"]))) }
    expectError("there is no feature \(width)") { try load(golden, .features([width])) }
    expectError("names don't name") { try load(golden, .names(["a"])) }
    let given = try load(golden, .vectors(vectors(width: width)))
    expectError("its classes are vectors") { try given.trainable().configurationFiles() }
  }
}
