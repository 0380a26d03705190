import Foundation
import Testing
import XAI
import XAITesting

/// What published protocols give on the model `hf-vit`, from the packages that have them.
struct PerturbationFixture {
  let expected: SafetensorsFile
  let directory: ModelDirectory
  let registry: Registry

  init() throws {
    let fixtures = GoldenCase.fixtures
    expected = try SafetensorsFile(
      path: fixtures.appendingPathComponent("perturbation/expected.safetensors").path)
    directory = try ModelDirectory(fixtures.appendingPathComponent("models/hf-vit").path)
    registry = try Registry.builtIn()
  }

  /// The subjects of all images and maps, with their values and points of curves in the file.
  func subjects(_ model: any Model) throws -> [(image: Int, map: Int, subject: MetricSubject)] {
    let (pixels, maps) = (try expected.tensor("pixels"), try expected.tensor("maps"))
    let (scores, whole) = (try expected.tensor("scores"), try expected.tensor("whole").elements)
    let targets = try expected.tensor("target").elements.map { Int($0) }
    let logits = try model.logits(model.descriptor.preprocessing.normalised(pixels))
    return try targets.enumerated().flatMap { image, target in
      let probability = softmax(logits[image].elements)[target]
      expectClose([probability], [whole[image]], within: 1e-5, "the probability on image \(image)")
      return try (0..<maps.shape[0]).map { map in
        let subject = try MetricSubject(
          pixels: pixels[image], preprocessing: model.descriptor.preprocessing, scores: scores[map].elements,
          grid: PatchGrid(rows: 4, columns: 4), map: maps[map].elements, classIndex: target,
          probability: probability)
        return (image, map, subject)
      }
    }
  }

  /// Compares the values of a metric, and its curves where the file has them.
  ///
  /// - Parameters:
  ///   - factor: what the file's values are of those in percent.
  ///   - isDecidedByRounding: whether a value is not compared.
  func check(
    _ metric: String, _ preset: String, on kernels: any Kernels, within tolerance: Float,
    factor: (_ points: Int) -> Float = { _ in 0.01 },
    where isDecided: (MetricSubject) throws -> Bool = { _ in true }
  ) throws {
    let model = try registry.loadModel(directory, LoadRequest(kernels: kernels))
    let judge = try registry.metric("\(metric):preset=\(preset)")
    let values = try expected.tensor("\(metric).\(preset)")
    let curves =
      expected["\(metric).\(preset).curve"] == nil
      ? nil : try expected.tensor("\(metric).\(preset).curve")
    for (image, map, subject) in try subjects(model) where try isDecided(subject) {
      let what = "\(metric) \(preset), image \(image), map \(map)"
      let value = try #require(try judge.evaluate(subject, using: model))
      if let curves {
        let curve = try #require(value.curve)
        expectClose(
          curve.y.map { Float($0) / 100 }, curves[image][map].elements, within: tolerance, "\(what): curve")
      }
      let factor = factor(value.curve?.y.count ?? 0)
      expectClose(
        [Float(value.number) * factor], [values[image].elements[map]], within: tolerance * 100 * factor,
        what)
    }
  }
}

@Suite struct PerturbationGoldenTests {
  private let fixture: PerturbationFixture

  init() throws {
    fixture = try PerturbationFixture()
  }

  @Test(
    "RISE's way and its other substrates, written in PyTorch and SciPy",
    arguments: AvailableKernels.nearFloat32,
    ["rise", "rise-fast", "black", "blur", "mean"])
  func rise(_ kernels: AvailableKernels, _ preset: String) throws {
    for metric in ["insertion", "deletion", "negative-perturbation"] {
      try fixture.check(metric, preset, on: kernels.make(), within: 1e-5 * kernels.slack)
    }
  }

  @Test("torch-cam and Xplique", arguments: AvailableKernels.nearFloat32, ["torch-cam", "xplique"])
  func packages(_ kernels: AvailableKernels, _ preset: String) throws {
    for metric in ["insertion", "deletion"] {
      try fixture.check(metric, preset, on: kernels.make(), within: 1e-5 * kernels.slack)
    }
  }

  @Test("Quantus' area is not divided by the number of steps", arguments: AvailableKernels.nearFloat32)
  func quantus(_ kernels: AvailableKernels) throws {
    try fixture.check(
      "deletion", "quantus", on: kernels.make(), within: 1e-5 * kernels.slack, factor: { Float($0 - 1) / 100 }
    )
  }

  @Test("Chefer's perturbation test, positive and negative", arguments: AvailableKernels.all)
  func chefer(_ kernels: AvailableKernels) throws {
    for metric in ["deletion", "negative-perturbation"] {
      try fixture.check(metric, "chefer", on: kernels.make(), within: 1e-6)
    }
  }

  @Test("of equal values the first comes first, as in torch-cam", arguments: ["insertion", "deletion"])
  func ties(_ metric: String) throws {
    let model = try fixture.registry.loadModel(fixture.directory, LoadRequest(kernels: PortableKernels()))
    let judge = try fixture.registry.metric("\(metric):preset=torch-cam")
    let tied = try fixture.expected.tensor("tied").elements
    #expect(Set(tied).count < tied.count)
    let values = try fixture.expected.tensor("\(metric).torch-cam.tied").elements
    for (image, map, subject) in try fixture.subjects(model) where map == 0 {
      let drawn = try MetricSubject(
        pixels: subject.pixels, preprocessing: subject.preprocessing, map: tied,
        classIndex: subject.classIndex, probability: subject.probability)
      let value = try #require(try judge.evaluate(drawn, using: model)).number
      expectClose([Float(value) / 100], [values[image]], within: 1e-5, "\(metric), image \(image)")
    }
  }

  @Test("the blurred image is SciPy's and PyTorch's")
  func blur() throws {
    let model = try fixture.registry.loadModel(fixture.directory, LoadRequest(kernels: PortableKernels()))
    let insertion = try fixture.registry.metric("insertion")
    let blurred = try fixture.expected.tensor("blurred")
    for (image, _, subject) in try fixture.subjects(model) {
      let start = try insertion.frames(for: subject).image(0, of: subject)
      expectClose(try #require(start), blurred[image], within: 1e-6, "image \(image)")
    }
  }

  @Test(
    "masking as packages have it",
    arguments: [
      ("average-drop", "torch-cam"), ("average-drop", "xplique"), ("average-drop", "pytorch-grad-cam"),
      ("average-increase", "torch-cam"), ("average-increase", "xplique"),
      ("average-increase", "pytorch-grad-cam"), ("average-gain", "xplique"),
    ])
  func masking(_ metric: String, _ preset: String) throws {
    try fixture.check(metric, preset, on: PortableKernels(), within: 1e-5)
  }
}
