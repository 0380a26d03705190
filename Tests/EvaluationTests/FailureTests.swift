import Testing
import XAI
import XAITesting

@testable import XAIEvaluation

@Suite struct FailureTests {
  @Test("a damaged image is a result, and the others have theirs")
  func damaged() throws {
    var scenes = Scenes.Options()
    scenes.damaged = 5
    let results = try Fixture.results(Fixture.evaluation(scenes: scenes))
    #expect(results.images.count == 11)
    #expect(results.images[5].failure?.contains("image-5") == true)
    #expect(results.images[5].subjects.isEmpty)
    let others = results.images.filter { $0.position != 5 }
    #expect(others.allSatisfy { $0.failure == nil && $0.subjects.count == 1 })
  }

  @Test("a strict run ends with it, and keeps what was done")
  func strict() throws {
    var scenes = Scenes.Options()
    scenes.damaged = 5
    let evaluation = try Fixture.evaluation(scenes: scenes) { $0.isStrict = true }
    var kept: [Int] = []
    let error = try #require(throws: EvaluationError.self) {
      try evaluation.run(
        positions: Shard.whole.groups(ofSample: 11), known: [], keep: { kept.append($0.position) },
        tell: { _ in })
    }
    #expect(error.description.contains("image-5"))
    #expect(kept.sorted() == [0, 1, 2, 3])
  }

  @Test("a metric that fails on an image fails that one alone, the same way however the run is cut")
  func failingMetric() throws {
    let base = try Fixture.evaluation()
    let evaluation = try Evaluation(
      model: base.model, data: base.data, explainers: base.explainers, metrics: [Failing()],
      settings: base.settings)
    let results = try Fixture.results(evaluation)
    #expect(results.images.filter { $0.failure != nil }.map(\.position) == [2, 6, 9])
    #expect(results.images[2].failure?.contains("no frames") == true)
    #expect(results.images[6].failure?.contains("failing of gmar is not a finite number") == true)
    #expect(results.images[9].failure == "no value")
  }

  /// The logits of one image as it is, and of another one dimmed, are NaN.
  @Test("logits that are not finite fail their image by name, and the others have theirs")
  func notFinite() throws {
    let base = try Fixture.evaluation(explainers: ["attention-rollout"], metrics: [Dimming()]) {
      $0.measuresHeads = false
    }
    let preprocessing = base.model.descriptor.preprocessing
    func input(_ index: Int, _ light: Float) throws -> [Float] {
      let pixels = try preprocessing.unitPixels(from: [Scenes().split("all").sample(index).image])[0]
      return preprocessing.normalised(Tensor(pixels.shape, pixels.elements.map { $0 * light })).elements
    }
    let evaluation = try Evaluation(
      model: Brittle(base: base.model, fails: [try input(7, 1), try input(4, 0.5)]), data: base.data,
      explainers: base.explainers, metrics: base.metrics, settings: base.settings)
    let results = try Fixture.results(evaluation)
    #expect(results.images.filter { $0.failure != nil }.map(\.position) == [4, 7])
    for position in [4, 7] {
      #expect(results.images[position].failure?.contains("the logits are not finite numbers") == true)
    }
    let expected = try Fixture.results(base)
    for position in results.images.indices where ![4, 7].contains(position) {
      let (found, whole) = (results.images[position].subjects, expected.images[position].subjects)
      #expect(found.map(\.classIndex) == whole.map(\.classIndex))
      for (a, b) in zip(found.flatMap(\.maps), whole.flatMap(\.maps)) {
        #expect(zip(a.values, b.values).allSatisfy { abs(($0?.number ?? 0) - ($1?.number ?? 1)) < 1e-4 })
      }
    }
  }

  @Test("an error of what keeps the results ends the run")
  func keeping() throws {
    struct Full: Error {}
    let evaluation = try Fixture.evaluation()
    #expect(throws: Full.self) {
      try evaluation.run(positions: [0..<4], known: [], keep: { _ in throw Full() }, tell: { _ in })
    }
  }
}

/// A model that has no numbers for some inputs.
private struct Brittle: Model {
  let base: any Model
  let fails: [[Float]]
  var descriptor: ModelDescriptor { base.descriptor }

  func layout(height: Int, width: Int) throws -> TokenLayout { try base.layout(height: height, width: width) }

  func forward(_ input: Tensor, recording: Recording) throws -> ForwardTrace {
    let trace = try base.forward(input, recording: recording)
    var logits = trace.logits.elements
    for row in 0..<input.shape[0] where fails.contains(input[row].elements) {
      logits[row * trace.logits.shape[1]] = .nan
    }
    return ForwardTrace(
      input: trace.input, layout: trace.layout, logits: Tensor(trace.logits.shape, logits),
      attention: trace.attention, activations: trace.activations, tape: trace.tape)
  }
}

/// Throws while it plans for one image and while it measures another, and gives no number for a third.
private struct Failing: Metric {
  struct NoValue: Error, CustomStringConvertible { let description = "no value" }
  struct NoFrames: Error, CustomStringConvertible { let description = "no frames" }

  static let descriptor = MetricDescriptor(
    id: "failing", title: "Failing", summary: "for tests", direction: .neither, unit: "", range: 0...1,
    citation: AverageDrop.descriptor.citation)
  let options: NoOptions
  init(options: NoOptions = NoOptions()) { self.options = options }

  private func isImage(_ index: Int, _ subject: MetricSubject) throws -> Bool {
    let image = try Scenes().split("all").sample(index).image
    return try subject.preprocessing.unitPixels(from: [image])[0].elements == subject.pixels.elements
  }

  func plan(for subject: MetricSubject) throws -> MetricPlan {
    if try isImage(2, subject) { throw NoFrames() }
    return .ask(logits: .masked(subject)) { _ in
      if try isImage(9, subject) { throw NoValue() }
      return .value(MetricValue(try isImage(6, subject) ? .nan : 0.5))
    }
  }
}
