import Foundation
import Testing
import XAI

/// The bundled model and its scenes are what their page says.
@Suite struct DemoTests {
  private static let demo = Programs.root.appendingPathComponent("Examples/Demo")
  private static let scenes = [
    "ring-and-crescent": 12, "heart-and-ring": 22, "triangle-and-star": 23, "heart-and-cross": 31,
  ]

  private func model() throws -> any Model {
    try Registry.builtIn().loadModel(
      ModelDirectory(Self.demo.appendingPathComponent("model").path),
      LoadRequest(kernels: KernelSelection.makeKernels()))
  }

  @Test("knows 97 % of 2,000 held-out scenes")
  func accuracy() throws {
    let model = try model()
    let size = try #require(model.descriptor.preprocessing.inputSize)
    let shapes = try Registry.builtIn().dataset("shapes:size=\(size.height),validation=2000")
    #expect(model.descriptor.labels == shapes.classNames)
    let result = try #require(
      try Validation(shapes.split("validation"), model: model).run { _ in true })
    #expect(result.count == 2000)
    #expect(try #require(result.accuracy) >= 0.97, "\(result.accuracy ?? 0)")
  }

  @Test("names one of two objects first in nine of ten scenes, and both first in three of four")
  func pairs() throws {
    let model = try model()
    let pairs = try Registry.builtIn().dataset("shapes:size=72").split("pairs")
    var (first, both) = (0, 0)
    for index in 0..<pairs.count {
      let sample = try pairs.sample(index)
      let logits = try model.logits(model.descriptor.preprocessing.tensor(from: sample.image)).elements
      let likeliest = logits.indices.sorted { logits[$0] > logits[$1] }.prefix(2)
      let classes = Set(sample.objects.map(\.classIndex))
      first += classes.contains(likeliest[0]) ? 1 : 0
      both += classes == Set(likeliest) ? 1 : 0
    }
    #expect(Double(first) >= 0.9 * Double(pairs.count), "\(first) of \(pairs.count)")
    #expect(Double(both) >= 0.75 * Double(pairs.count), "\(both) of \(pairs.count)")
  }

  @Test("takes at most 3 MB")
  func bytes() throws {
    let folder = Self.demo.appendingPathComponent("model").path
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    let bytes = try names.reduce(0) { sum, name in
      sum + (try #require(FileManager.default.contents(atPath: "\(folder)/\(name)")).count)
    }
    #expect(names.contains("model.safetensors"))
    #expect(bytes <= 3_000_000)
  }

  @Test("the scenes are those of the data set, and the two likeliest classes are those in them")
  func scenes() throws {
    let model = try model()
    let shapes = try Registry.builtIn().dataset("shapes:size=288")
    let pairs = try shapes.split("pairs")
    let files = try FileManager.default.contentsOfDirectory(
      atPath: Self.demo.appendingPathComponent("scenes").path)
    #expect(files.sorted() == Self.scenes.keys.map { "\($0).png" }.sorted())
    for (name, index) in Self.scenes {
      let sample = try pairs.sample(index)
      let picture = try Image(contentsOf: Self.demo.appendingPathComponent("scenes/\(name).png").path)
      #expect(picture == sample.image, "\(name)")
      let logits = try model.logits(model.descriptor.preprocessing.tensor(from: picture)).elements
      let likeliest = logits.indices.sorted { logits[$0] > logits[$1] }.prefix(2)
      #expect(Set(likeliest) == Set(sample.objects.map(\.classIndex)), "\(name)")
    }
  }
}
