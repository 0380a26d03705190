import Foundation
import Testing
import XAI
import XAITesting

/// The metrics of a trained ViT on photographs against PyTorch; skipped without the data, which is not part of the
/// repository.
@Suite(.enabled(if: RealData.path != nil, "set XAI_DATA to the folder of models and images to run these"))
struct RealMetricTests {
  private static let photos = ((try? RealData.photos()) ?? []).filter { $0.model == "vit-tiny-patch16-224" }

  @Test("values and every point of curves within 0.05 percentage points", arguments: photos)
  func values(_ photo: RealData.Photo) throws {
    let registry = try Registry.builtIn()
    let model = try RealData.model(photo.model, on: AvailableKernels.preferred.make())
    let preprocessing = model.descriptor.preprocessing
    let image = try RGBImage(contentsOf: RealData.file("images/photos/\(photo.photo)"))
    let logits = try model.logits(preprocessing.tensor(from: image))[0].elements
    let fixtures = GoldenCase.fixtures
    let maps = try SafetensorsFile(
      path: fixtures.appendingPathComponent("real/expected.safetensors").path)
    let expected = try SafetensorsFile(
      path: fixtures.appendingPathComponent("real-metrics/expected.safetensors").path)
    var compared = 0
    for explainer in ["attention-rollout", "gmar", "gmar:norm=l2", "grad-cam"] {
      let scores = try maps.tensor("\(photo.model).\(photo.index).t0.map|\(explainer)")
      let patches = minMaxNormalised(scores.elements)
      // Not interpolated: that would leave the order of equal pixels to the rounding of each program.
      let map = (0..<224).flatMap { row in
        (0..<224).map { column -> Float in patches[row / 16 * 14 + column / 16] }
      }
      let subject = try MetricSubject(
        pixels: try preprocessing.unitPixels(from: [image])[0], preprocessing: preprocessing,
        scores: scores.elements, grid: PatchGrid(rows: 14, columns: 14), map: map,
        classIndex: photo.targets[0], probability: softmax(logits)[photo.targets[0]])
      for id in ["average-drop", "average-increase", "average-gain", "insertion", "deletion"] {
        let key = "\(photo.index)|\(explainer)|\(id)"
        let value = try #require(
          try registry.metric(id).evaluate(subject, using: model, batchSize: 16))
        expectClose([Float(value.number)], try expected.tensor(key).elements, within: 0.05, key)
        if let curve = value.curve {
          expectClose(
            curve.y.map { Float($0) }, try expected.tensor("\(key).curve").elements, within: 0.05, key)
          compared += 1
        }
      }
    }
    #expect(compared == 8)
  }
}
