import Foundation
import Testing
import XAI
import XAITesting

/// Metrics of faithfulness against the packages that have them (Fixtures/faithfulness), on the images and maps of the
/// perturbation metrics.
@Suite struct FaithfulnessGoldenTests {
  private let fixture: PerturbationFixture
  private let expected: SafetensorsFile
  private let model: any Model

  init() throws {
    fixture = try PerturbationFixture()
    expected = try SafetensorsFile(
      path: GoldenCase.fixtures.appendingPathComponent("faithfulness/expected.safetensors").path)
    model = try fixture.registry.loadModel(
      fixture.directory, LoadRequest(kernels: AvailableKernels.preferred.make()))
  }

  /// Compares a metric's values, divided by `unit`, with those of the file under a name, and its curves where it has some.
  private func check(
    _ specification: String, _ name: String, within tolerance: Float, unit: Double = 1,
    where isCompared: (_ subject: MetricSubject) -> Bool = { _ in true }
  ) throws {
    let metric = try fixture.registry.metric(specification)
    let values = try expected.tensor(name)
    let curves = expected["\(name).curve"] == nil ? nil : try expected.tensor("\(name).curve")
    for (image, map, subject) in try subjects() where isCompared(subject) {
      let what = "\(specification), image \(image), map \(map)"
      let value = try #require(try metric.evaluate(subject, using: model))
      expectClose([Float(value.number / unit)], [values[image].elements[map]], within: tolerance, what)
      guard let curves else { continue }
      expectClose(
        try #require(value.curve).y.map { Float($0 / unit) }, curves[image][map].elements, within: tolerance,
        "\(what): curve")
    }
  }

  /// Those of the perturbation metrics, with their logits.
  private func subjects() throws -> [(image: Int, map: Int, subject: MetricSubject)] {
    try fixture.subjects(model).map { image, map, subject in
      var subject = subject
      subject.logits = try model.logits(subject.image.input.reshaped(to: [1, 3, 16, 16]))[0].elements
      return (image, map, subject)
    }
  }

  @Test("Symmetric Relevance Gain: RISE's way of logits in PyTorch, PixelFlipping twice in Quantus")
  func gain() throws {
    try check("srg:preset=rise,score=logit", "srg.rise-logit", within: 1e-4)
    try check("srg:preset=quantus", "srg.quantus", within: 1e-4, unit: 100)
    try check("srg:preset=quantus,score=logit", "srg.quantus-logit", within: 1e-4)
  }

  @Test(
    "ROAD is pytorch-grad-cam's, with its noise and without",
    arguments: [("noiseless", "noise=0"), ("noisy", "noise=0.25")])
  func road(_ name: String, _ noise: String) throws {
    for (score, unit) in [("probability", 100.0), ("logit", 1)] {
      let options = "\(noise),score=\(score)"
      try check("road:\(options)", "road.\(name).\(score)", within: 1e-4, unit: unit)
      try check("road:order=least,\(options)", "road.\(name).least.\(score)", within: 1e-4, unit: unit)
      // What is lost counts as positive here.
      try check("road:order=most,\(options)", "road.\(name).most.\(score)", within: 1e-4, unit: -unit)
    }
  }

  @Test("imputed images are pytorch-grad-cam's, pixel by pixel")
  func imputation() throws {
    let images = try expected.tensor("imputed.seven-tenths")
    for (image, map, subject) in try subjects() {
      let frames = try fixture.registry.metric("road:order=most,noise=0").frames(for: subject)
      // The whole image, then 10, 20 … 90 %.
      let filled = try #require(frames.image(7, of: subject))
      expectClose(filled, images[image][map], within: 1e-5, "image \(image), map \(map)")
    }
  }

  @Test("Infidelity is captum's, of patches as features and the same sets")
  func infidelity() throws {
    try check("infidelity:samples=24", "infidelity", within: 1e-4)
    try check("infidelity:samples=24,normalise=false", "infidelity.plain", within: 1e-4)
  }

  /// Sets that hide the same lose the same here, and rounding orders them there.
  @Test("MuFidelity is Xplique's, of the same sets")
  func muFidelity() throws {
    for score in ["logit", "probability"] {
      try check("mufidelity:samples=24,score=\(score)", "mufidelity.\(score)", within: 1e-3)
    }
  }

  @Test("SaCo, from its algorithm in PyTorch")
  func saco() throws { try check("saco", "saco", within: 1e-5) }

  @Test("completeness is captum's convergence delta without its sign", arguments: ["zero", "black"])
  func completeness(_ baseline: String) throws {
    let metric = try fixture.registry.metric("completeness:baseline=\(baseline)")
    let values = try expected.tensor("completeness.\(baseline)")
    for (image, map, subject) in try subjects() {
      let signed = try MetricSubject(
        pixels: subject.pixels, preprocessing: subject.preprocessing, scores: subject.scores,
        grid: subject.grid, scoreMeaning: .signed, map: subject.map, classIndex: subject.classIndex,
        probability: subject.probability)
      let value = try #require(try metric.evaluate(signed, using: model))
      expectClose(
        [Float(value.number)], [values[image].elements[map]], within: 1e-4, "image \(image), map \(map)")
    }
  }

  @Test("max-sensitivity is captum's, of Input × Gradient and the same noise")
  func maxSensitivity() throws {
    let explainer = try fixture.registry.explainer("input-x-gradient")
    let metric = try fixture.registry.metric("max-sensitivity:samples=5,radius=0.1")
    let (values, maps) = (try expected.tensor("max-sensitivity"), try expected.tensor("input-x-gradient"))
    for (image, map, subject) in try subjects() where map == 0 {
      let own = try explainer.explain(
        subject.image.input.reshaped(to: [1, 3, 16, 16]), targets: .classes([subject.classIndex]),
        using: model)[0][0]
      expectClose(own.scores, maps[image][map].elements, within: 1e-4, "the map of image \(image)")
      let judged = try MetricSubject(
        pixels: subject.pixels, preprocessing: subject.preprocessing, attribution: own,
        probability: subject.probability)
      let value = try #require(try metric.evaluate(judged, using: model, explainer: explainer))
      expectClose([Float(value.number)], [values[image].elements[map]], within: 1e-4, "image \(image)")
    }
  }

  @Test("Head Ablation, with zeros before the projection in PyTorch", arguments: ["layer", "model"])
  func headAblation(_ among: String) throws {
    let weights = try expected.tensor("head-weights")
    for order in ["least", "most"] {
      for score in ["probability", "logit"] {
        let metric = try fixture.registry.metric(
          "head-ablation:order=\(order),among=\(among),steps=6,score=\(score)")
        let name = "head-ablation.\(among).\(order).\(score)"
        let (areas, curves) = (try expected.tensor(name), try expected.tensor("\(name).curve"))
        let unit: Float = score == "logit" ? 1 : 100
        for (image, map, subject) in try subjects() {
          var subject = subject
          let rows = weights[image][map]
          subject.headWeights = (0..<rows.shape[0]).map { rows[$0].elements }
          let value = try #require(try metric.evaluate(subject, using: model))
          let points = curves[image][map].elements
          // The order of most says what is lost.
          func given(_ score: Float) -> Float { order == "most" ? points[0] - score : score }
          expectClose(
            try #require(value.curve).y.map { Float($0) / unit }, points.map(given), within: 1e-5,
            "\(name).curve, image \(image), map \(map)")
          expectClose(
            [Float(value.number) / unit], [given(areas[image].elements[map])], within: 1e-5, name)
        }
      }
    }
  }

  @Test("Average Drop at matched coverage, of SciPy's ranks in PyTorch")
  func matchedDrop() throws {
    for coverage in ["0.5", "0.2"] {
      for space in ["pixels", "normalised"] {
        try check(
          "matched-average-drop:coverage=\(coverage),space=\(space)",
          "matched-average-drop.\(coverage).\(space)", within: 1e-5, unit: 100)
      }
    }
  }
}
