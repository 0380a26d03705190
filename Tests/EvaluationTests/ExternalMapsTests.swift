import Foundation
import Testing
import XAI
import XAITesting

/// Maps of another program next to ours.
@Suite struct ExternalMapsTests {
  private let model = ToyModel.classToken.make(on: AvailableKernels.preferred.make())
  private let images: NamedImages = ["a": image(1), "b": image(2)]

  private static func image(_ seed: UInt64) -> RGBImage {
    var random = SeededRandom(seed: seed)
    return RGBImage(width: 12, height: 12) { samples in
      for index in 0..<12 * 12 * 3 { samples[index] = UInt8(random.index(below: 256)) }
    }
  }

  /// Our own maps, as if another program had made them.
  private func copies(of explainer: some Explainer) throws -> [ExternalMaps.Key: Tensor] {
    var maps: [ExternalMaps.Key: Tensor] = [:]
    for (name, image) in zip(images.names, images.images) {
      for index in 0..<model.descriptor.classCount {
        let map = try explainer.explain(image, target: .classes([index]), using: model)
        maps[.init(name, classIndex: index)] = map.map
      }
    }
    return maps
  }

  @Test(
    "copies of our own maps have the values of our own maps, by patch and by pixel", arguments: [false, true])
  func copies(ofPixels pixels: Bool) throws {
    let own = try InputXGradient { $0.at = pixels ? .pixels : .patches }
    let copied = try ExternalMaps("captum-ixg", scores: .signed, maps: copies(of: own))
    #expect(copied.specification.hasPrefix("external:name=captum-ixg,contents="))
    let results = try Evaluation(
      model: model, images: images, explainers: [own, copied],
      metrics: [Insertion(preset: .tokens), AverageDrop(), ClassSensitivity()]
    ).results()
    for metric in ["insertion", "average-drop", "class-sensitivity"] {
      let rows = try results[metric].rows
      #expect(rows[0].estimate != nil && rows[0].estimate == rows[1].estimate, "\(metric)")
    }
    let explanation = try Explanation(of: images, targets: .each([2, 3]), by: [own, copied], using: model)
    #expect(
      try explanation[ExternalMaps.self, image: "b"].scores
        == explanation[own.specification, image: "b"].scores)
  }

  @Test("a file of maps is read: one for every class, or for one")
  func file() throws {
    let folder = try TestFolder()
    let grid = model.descriptor.layout.grid
    func map(_ value: Float) -> Tensor {
      Tensor([grid.rows, grid.columns], (0..<grid.count).map { value + Float($0) })
    }
    try SafetensorsWriter().write(
      ["a": map(1), "a@2": map(20), "b": map(300)], to: folder.file("maps.safetensors"))
    let maps = try ExternalMaps("other", scores: .magnitude, contentsOf: folder.file("maps.safetensors"))
    let found = try Explanation(of: images, targets: .classes([2, 1]), by: [maps], using: model).attributions[
      0]
    #expect(found.map { $0.map { $0.scores[0] } } == [[20, 1], [300, 300]])
    #expect(found[0][0].scoreMeaning == .magnitude)
    let others = try ExternalMaps("other", scores: .magnitude, maps: [.init("a"): map(2)])
    #expect(others.specification != maps.specification)
  }

  @Test("what can't be is said by name")
  func refusals() throws {
    let grid = model.descriptor.layout.grid
    let one = Tensor(repeating: 1, [grid.rows, grid.columns])
    #expect(throws: ExternalMapsError.malformedName("Captum IG")) {
      try ExternalMaps("Captum IG", scores: .signed, maps: [:])
    }
    #expect(throws: ExternalMapsError.notFinite("a")) {
      try ExternalMaps("x", scores: .signed, maps: [.init("a"): Tensor([1, 1], [.nan])])
    }
    #expect(throws: ExternalMapsError.noMatrix("a@1", shape: "4")) {
      try ExternalMaps("x", scores: .signed, maps: [.init("a", classIndex: 1): Tensor(repeating: 0, [4])])
    }
    #expect(throws: ExternalMapsError.noMaps) { try ExternalMaps(options: ExternalMapsOptions()) }
    let maps = try ExternalMaps(
      "x", scores: .signed, maps: [.init("aa"): one, .init("b"): Tensor(repeating: 1, [2, 7])])
    #expect(throws: ExternalMapsError.noMap("x", image: "a", classIndex: 0, near: ["aa", "b"])) {
      try Explanation(of: ["a": Self.image(1)], targets: 0, by: [maps], using: model)
    }
    #expect(
      throws: ExternalMapsError.otherGrid(
        "x", image: "b", grid: PatchGrid(rows: 2, columns: 7), patches: grid, height: 12, width: 12)
    ) { try Explanation(of: ["b": Self.image(1)], targets: 0, by: [maps], using: model) }
    #expect(throws: ExternalMapsError.unnamedImages("x")) {
      let trace = try model.forward(Tensor(repeating: 0, [1, 3, 12, 12]), recording: Recording())
      return try maps.explain(from: trace, targets: Targets([[0]]), using: model)
    }
  }
}
