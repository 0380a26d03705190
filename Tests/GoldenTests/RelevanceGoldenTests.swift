import Foundation
import Testing
import XAI
import XAITesting

/// Relevance explainers against lxt and zennit where these have them, and against relevance propagation in its own form.
@Suite struct RelevanceGoldenTests {
  private let golden: GoldenMaps

  init() throws {
    golden = try GoldenMaps("relevance")
  }

  @Test("maps in their own scale", arguments: GoldenCase.all, AvailableKernels.all)
  func maps(_ model: GoldenCase, _ kernels: AvailableKernels) throws {
    try golden.forEach(of: model, on: kernels) { spec, name, found, expected in
      expectCloseToLargest(
        Tensor(expected.shape, found.scores), expected, within: Self.isConditioned(spec) ? 1e-4 : 5e-3, name)
      // Where the mean of the patches is read, every patch has the same large share, beside which the rest is small.
      guard spec.hasPrefix("transformer-attribution") else { return }
      expectClose(
        minMaxNormalised(found.scores), minMaxNormalised(expected.elements), within: 5e-3,
        "\(name), its spread")
    }
  }

  /// Whether rounding is not made larger by scores near 0.
  ///
  /// The fixtures have no maps that a change of 1e-6 in the image
  /// changes by more than 5e-4 of its largest score or of its spread.
  static func isConditioned(_ spec: String) -> Bool {
    !["partial-lrp", "transformer-attribution", "lrp:preset=chefer", "lrp:norms=unchanged"].contains {
      spec.hasPrefix($0)
    }
  }

  @Test("there are maps of every model, of every relevance explainer, and contrasts of each")
  func coverage() throws {
    for model in GoldenCase.all {
      #expect(
        golden.names(model, target: 0).count + golden.names(model, target: 3).count >= 24, "\(model.name)")
    }
    let specs = try golden.specs.union(GoldenMaps("cort").specs)
    for entry in try Registry.builtIn().explainers where entry.descriptor.family == .relevance {
      let own = specs.filter { $0.split(separator: ":").first.map(String.init) == entry.descriptor.id }
      #expect(own.count > 1 && own.contains { $0.contains("contrast=") }, "\(entry.descriptor.id)")
    }
  }
}

/// Relevance explainers on trained models and photographs; skipped without the data, which is not part of the repository.
@Suite(.enabled(if: RealData.path != nil, "set XAI_DATA to the folder of models and images to run these"))
struct RealRelevanceTests {
  private static let photos = (try? RealData.photos()) ?? []

  @Test("maps in their own scale", arguments: photos, AvailableKernels.all)
  func maps(_ photo: RealData.Photo, _ kernels: AvailableKernels) throws {
    let expected = try SafetensorsFile(
      path: GoldenCase.fixtures.appendingPathComponent("relevance/trained.safetensors").path)
    let prefix = "\(photo.model).\(photo.index).t0.map|"
    let names = expected.tensors.map(\.name).filter { $0.hasPrefix(prefix) }
    guard !names.isEmpty else { return }
    #expect(names.count == 8)
    let model = try RealData.model(photo.model, on: kernels.make())
    let input = try model.descriptor.preprocessing.tensor(
      from: RGBImage(contentsOf: RealData.file("images/photos/\(photo.photo)")))
    let registry = try Registry.builtIn()
    for name in names {
      let spec = String(name.dropFirst(prefix.count))
      let scores = try registry.explainer(spec).explain(
        input, targets: .classes([photo.targets[0]]), using: model)[0][0].scores
      let wanted = try expected.tensor(name)
      expectCloseToLargest(
        Tensor(wanted.shape, scores), wanted, within: RelevanceGoldenTests.isConditioned(spec) ? 2e-3 : 5e-3,
        name)
    }
  }
}
