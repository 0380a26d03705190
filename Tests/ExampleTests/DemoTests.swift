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
      let image = try RGBImage(contentsOf: Self.demo.appendingPathComponent("scenes/\(name).png").path)
      #expect(image == sample.image, "\(name)")
      let logits = try model.logits(model.descriptor.preprocessing.tensor(from: image)).elements
      let likeliest = logits.indices.sorted { logits[$0] > logits[$1] }.prefix(2)
      #expect(Set(likeliest) == Set(sample.objects.map(\.classIndex)), "\(name)")
    }
  }

  // MARK: - What README's images and the tutorial's first claim say

  /// Where a map of a scene's object is.
  private struct Answer {
    let scene: String
    let label: String
    /// The shares of what speaks for the class, in percent, on the object that was asked about and on the other one.
    let own: Double
    let other: Double
    /// Whether the highest pixel is on the object, on the other one, or on neither.
    let peak: String
    let scores: [Float]
  }

  /// The maps of both objects of each scene by an explainer, measured by the scenes' masks in the model's input.
  private func answers(_ explainer: String) throws -> [Answer] {
    let (registry, model) = (try Registry.builtIn(), try model())
    let preprocessing = model.descriptor.preprocessing
    let pairs = try registry.dataset("shapes:size=288").split("pairs")
    return try Self.scenes.sorted { $0.key < $1.key }.flatMap { name, index in
      let sample = try pairs.sample(index)
      let regions = try sample.objects.map {
        try #require(ObjectRegion(of: $0, in: sample.image, preprocessing: preprocessing))
      }
      let maps = try registry.explainer(explainer).explain(
        preprocessing.tensor(from: sample.image), targets: .classes(regions.map(\.classIndex)), using: model)[
          0]
      return maps.enumerated().map { place, map in
        let (own, other) = (regions[place].pixels, regions[1 - place].pixels)
        // Of signed scores what is above 0, of magnitudes what is drawn.
        let values =
          map.scoreMeaning == .signed
          ? map.upsampledMap.elements.map { max($0, 0) } : map.heatMap.elements
        let total = values.reduce(0) { $0 + Double($1) }
        func share(_ pixels: [Bool]) -> Double {
          zip(values, pixels).reduce(0) { $0 + ($1.1 ? Double($1.0) : 0) } / total * 100
        }
        let peak = values.indices.max { values[$0] < values[$1] } ?? 0
        return Answer(
          scene: name, label: model.descriptor.labels[map.classIndex], own: share(own), other: share(other),
          peak: own[peak] ? "own" : other[peak] ? "other" : "neither", scores: map.scores)
      }
    }
  }

  @Test(
    "what speaks for the class is more on the object that is asked about than on the other one",
    arguments: [("occlusion", 8), ("attnlrp:preset=vit", 7)])
  func followTheQuestion(_ explainer: String, _ count: Int) throws {
    let answers = try answers(explainer)
    let right = answers.filter { $0.own > $0.other }
    let text = answers.map {
      "\($0.scene), \($0.label): \(Int($0.own)) % and \(Int($0.other)) %, peak on \($0.peak)"
    }.joined(separator: "; ")
    #expect(answers.count == 8 && right.count >= count, "\(text)")
    #expect(answers.count { $0.peak == "other" } <= 1, "\(text)")
  }

  @Test(
    "README's first picture: what speaks for the likelier object is on it, and what speaks against it on the other one",
    arguments: ["attnlrp:preset=vit,contrast=runner-up", "cort"])
  func against(_ explainer: String) throws {
    let (registry, model) = (try Registry.builtIn(), try model())
    let preprocessing = model.descriptor.preprocessing
    let pairs = try registry.dataset("shapes:size=288").split("pairs")
    for (scene, label) in [("heart-and-ring", "ring"), ("triangle-and-star", "star")] {
      let sample = try pairs.sample(try #require(Self.scenes[scene]))
      let map = try registry.explainer(explainer).explain(
        preprocessing.tensor(from: sample.image), targets: .predicted, using: model)[0][0]
      #expect(model.descriptor.labels[map.classIndex] == label)
      func share(of sign: Float, onClass isOwn: Bool) throws -> Double {
        let object = try #require(sample.objects.first { ($0.classIndex == map.classIndex) == isOwn })
        let region = try #require(ObjectRegion(of: object, in: sample.image, preprocessing: preprocessing))
        let values = map.upsampledMap.elements.map { max(sign * $0, 0) }
        return zip(values, region.pixels).reduce(0) { $0 + ($1.1 ? Double($1.0) : 0) }
      }
      #expect(try share(of: 1, onClass: true) > share(of: 1, onClass: false), "\(scene): for")
      #expect(try share(of: -1, onClass: false) > share(of: -1, onClass: true), "\(scene): against")
    }
  }

  @Test("GMAR's two maps of a scene are the same")
  func pairsOfGMAR() throws {
    let answers = try answers("gmar")
    for place in stride(from: 0, to: answers.count, by: 2) {
      let correlation = try #require(rankCorrelation(answers[place].scores, answers[place + 1].scores))
      #expect(correlation >= 0.99, "\(answers[place].scene): \(correlation)")
    }
  }

  @Test("occlusion's maps of heart and ring are on the object that is asked about, and GMAR's are the same")
  func tutorial() throws {
    let answers = try answers("occlusion").filter { $0.scene == "heart-and-ring" }
    #expect(answers.count == 2 && answers.allSatisfy { $0.own > 2 * $0.other }, "\(answers)")
    let order = try #require(rankCorrelation(answers[0].scores, answers[1].scores))
    #expect(order < 0)
  }
}
