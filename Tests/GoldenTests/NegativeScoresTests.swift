import Foundation
import Testing
import XAI
import XAITesting

/// What becomes of negative scores where a map is made a mask, against each step of the formula in full.
@Suite struct NegativeScoresTests {
  private static let demo = GoldenCase.fixtures.deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Examples/Demo")
  private static let signed = ["attnlrp", "lrp", "integrated-gradients", "input-x-gradient", "occlusion"]

  /// Bilinear with half-pixel centres, pixel by pixel.
  private static func upsampled(_ scores: [Float], _ grid: PatchGrid, height: Int, width: Int) -> [Double] {
    func place(_ index: Int, _ size: Int, _ count: Int) -> (low: Int, high: Int, part: Double) {
      let place = min(
        max((Double(index) + 0.5) * Double(count) / Double(size) - 0.5, 0), Double(count - 1))
      return (Int(place), min(Int(place) + 1, count - 1), place - place.rounded(.down))
    }
    return (0..<height).flatMap { row in
      let y = place(row, height, grid.rows)
      return (0..<width).map { column in
        let x = place(column, width, grid.columns)
        func score(_ row: Int, _ column: Int) -> Double { Double(scores[row * grid.columns + column]) }
        let top = score(y.low, x.low) * (1 - x.part) + score(y.low, x.high) * x.part
        let bottom = score(y.high, x.low) * (1 - x.part) + score(y.high, x.high) * x.part
        return top * (1 - y.part) + bottom * y.part
      }
    }
  }

  /// The mask of a convention.
  private static func mask(_ map: [Double], _ negative: String) throws -> [Double] {
    let (least, most) = (try #require(map.min()), try #require(map.max()))
    switch negative {
    case "shift": return map.map { ($0 - least) / (most - least) }
    case "clip": return map.map { $0 > 0 ? $0 / most : 0 }
    default: return map.map { abs($0) / max(most, -least) }
    }
  }

  private static func drop(
    _ attribution: Attribution, _ negative: String, _ pixels: Tensor, whole: Double, model: any Model
  ) throws -> Double {
    let (height, width) = (attribution.inputHeight, attribution.inputWidth)
    let map = upsampled(attribution.scores, attribution.grid, height: height, width: width)
    let mask = try mask(map, negative)
    // The bundled model's mean and deviation are one half.
    let input = pixels.elements.enumerated().map { index, pixel in
      Float((Double(pixel) * mask[index % mask.count] - 0.5) / 0.5)
    }
    let logits = try model.logits(Tensor([1, 3, height, width], input))[0].elements.map { exp(Double($0)) }
    let masked = logits[attribution.classIndex] / logits.reduce(0, +)
    return max(0, whole - masked) / whole * 100
  }

  @Test("Average Drop by each convention is what its formula gives", arguments: signed)
  func averageDrop(_ id: String) throws {
    let registry = try Registry.builtIn()
    let model = try registry.loadModel(
      ModelDirectory(Self.demo.appendingPathComponent("model").path),
      LoadRequest(kernels: KernelSelection.makeKernels()))
    let preprocessing = model.descriptor.preprocessing
    let explainer = try registry.explainer(id)
    var found: [String: Double] = [:]
    for name in ["heart-and-ring", "triangle-and-star"] {
      let image = try RGBImage(contentsOf: Self.demo.appendingPathComponent("scenes/\(name).png").path)
      let input = try preprocessing.tensor(from: image)
      let attribution = try explainer.explain(input, using: model)[0][0]
      #expect(attribution.scoreMeaning == .signed && attribution.scores.contains { $0 < 0 })
      let logits = try model.logits(input)[0].elements.map { exp(Double($0)) }
      let whole = logits[attribution.classIndex] / logits.reduce(0, +)
      let pixels = try preprocessing.unitPixels(from: [image])[0]
      let subject = try MetricSubject(
        pixels: pixels, preprocessing: preprocessing, attribution: attribution, probability: Float(whole))
      for negative in ["clip", "shift", "abs"] {
        let metric = try registry.metric("average-drop:negative=\(negative)")
        let value = try #require(try metric.evaluate(subject, using: model)).number
        let expected = try Self.drop(attribution, negative, pixels, whole: whole, model: model)
        #expect(abs(value - expected) < 1e-3, "\(name), \(negative): \(value), expected \(expected)")
        found[negative, default: 0] += value
      }
      let usual = try #require(try registry.metric("average-drop").evaluate(subject, using: model)).number
      let clip = try registry.metric("average-drop:negative=clip").evaluate(subject, using: model)
      #expect(usual == clip?.number)
    }
    // The conventions are different questions: clipping leaves least of the image.
    #expect(found["clip"] != found["shift"] && found["clip"] != found["abs"])
  }

  @Test(
    "magnitudes have one convention: the numbers of the protocols of before", arguments: ["gmar", "grad-cam"])
  func magnitudes(_ id: String) throws {
    let registry = try Registry.builtIn()
    let model = try registry.loadModel(
      ModelDirectory(Self.demo.appendingPathComponent("model").path),
      LoadRequest(kernels: KernelSelection.makeKernels()))
    let preprocessing = model.descriptor.preprocessing
    let image = try RGBImage(contentsOf: Self.demo.appendingPathComponent("scenes/heart-and-ring.png").path)
    let attribution = try registry.explainer(id).explain(preprocessing.tensor(from: image), using: model)[0][
      0]
    let subject = try MetricSubject(
      pixels: try preprocessing.unitPixels(from: [image])[0], preprocessing: preprocessing,
      attribution: attribution, probability: 0.5)
    for metric in ["average-drop", "average-increase", "average-gain"] {
      let values = try ["clip", "shift", "abs"].map {
        try registry.metric("\(metric):negative=\($0)").evaluate(subject, using: model)?.number
      }
      #expect(values == Array(repeating: values[1], count: 3), "\(metric)")
    }
    #expect(subject.map(.clip) == attribution.heatMap.elements)
  }
}

/// The same on photographs with a trained model, against PyTorch; skipped without the data, which is not part of the
/// repository.
@Suite(.enabled(if: RealData.path != nil, "set XAI_DATA to the folder of models and images to run these"))
struct RealNegativeScoresTests {
  private struct Expected: Decodable {
    let photographs: [String]
    /// `values[explainer][convention][photograph]`.
    let values: [String: [String: [Double]]]
  }

  @Test(
    "Average Drop of twelve photographs within a tenth of a point, and its mean",
    arguments: [
      ("attnlrp", 84.8, 22.7), ("lrp", 68.7, 27.4), ("integrated-gradients", 79.7, 22.3),
    ])
  func averageDrop(_ id: String, _ clipped: Double, _ shifted: Double) throws {
    let expected = try JSONDecoder().decode(
      Expected.self,
      from: Data(contentsOf: GoldenCase.fixtures.appendingPathComponent("negative-scores/expected.json")))
    let registry = try Registry.builtIn()
    let model = try RealData.model("vit-tiny-patch16-224", on: AvailableKernels.preferred.make())
    let preprocessing = model.descriptor.preprocessing
    let conventions = try #require(expected.values[id])
    var sums: [String: Double] = [:]
    for (place, name) in expected.photographs.enumerated() {
      let image = try RGBImage(contentsOf: RealData.file("images/photos/\(name)"))
      let input = try preprocessing.tensor(from: image)
      let attribution = try registry.explainer(id).explain(input, using: model)[0][0]
      let subject = try MetricSubject(
        pixels: try preprocessing.unitPixels(from: [image])[0], preprocessing: preprocessing,
        attribution: attribution,
        probability: softmax(try model.logits(input)[0].elements)[attribution.classIndex])
      for (negative, values) in conventions {
        let metric = try registry.metric("average-drop:negative=\(negative)")
        let value = try #require(try metric.evaluate(subject, using: model)).number
        #expect(abs(value - values[place]) < 0.1, "\(name), \(negative): \(value), expected \(values[place])")
        sums[negative, default: 0] += value / Double(expected.photographs.count)
      }
    }
    #expect(
      abs((sums["clip"] ?? 0) - clipped) < 0.06 && abs((sums["shift"] ?? 0) - shifted) < 0.06, "\(sums)")
  }
}
