import Foundation
import Testing
import XAI
import XAITesting

/// Evaluations of images in memory, without a data set or a file.
@Suite struct InMemoryTests {
  private let model = ToyModel.classToken.make(on: AvailableKernels.preferred.make())

  private func image(_ seed: UInt64) -> RGBImage {
    var random = SeededRandom(seed: seed)
    return RGBImage(width: 12, height: 12) { samples in
      for index in 0..<12 * 12 * 3 { samples[index] = UInt8(random.index(below: 256)) }
    }
  }

  private func evaluation() throws -> Evaluation {
    try Evaluation(
      model: model, images: ["a": image(1), "b": image(2), "c": image(3)],
      explainers: [AttentionRollout(), GMAR(), GMAR { $0.norm = .l2 }],
      metrics: [Insertion(preset: .tokens), AverageDrop()])
  }

  @Test("a table has the mean of the values, their interval, and differences from the baseline")
  func tables() throws {
    let results = try evaluation().results()
    #expect(results.images.map(\.identifier) == ["a", "b", "c"])
    let table = try results["average-drop"]
    #expect(try table == results[AverageDrop.self])
    let values = results.images.map { $0.subjects[0].maps.map { $0.values[1]?.number ?? .nan } }
    for (explainer, row) in table.rows.enumerated() {
      let own = values.map { $0[explainer] }
      let estimate = try #require(row.estimate)
      #expect(estimate.count == 3 && abs(estimate.mean - own.reduce(0, +) / 3) < 1e-9)
      let interval = try #require(estimate.interval)
      #expect(try interval.low >= #require(own.min()) && interval.high <= #require(own.max()))
      #expect(interval.low <= estimate.mean && estimate.mean <= interval.high)
    }
    let difference = try #require(try table["gmar:norm=l2"].difference)
    #expect(abs(difference.mean - values.map { $0[2] - $0[0] }.reduce(0, +) / 3) < 1e-9)
    #expect(try table[AttentionRollout.self].difference == nil)

    // The same numbers as a report has.
    let report = try Report(of: [Report.Source(name: "memory", results: results)])
    #expect(try report.sections[0].tables == [results["insertion"], table])
  }

  @Test("what is not there, or may be several, is said by name")
  func names() throws {
    let results = try evaluation().results()
    #expect(
      throws: ResultsError.unknown(
        kind: "metric", name: "deletion", known: ["insertion:preset=tokens", "average-drop"])
    ) { try results["deletion"] }
    let table = try results["insertion"]
    #expect(
      throws: ResultsError.unknown(
        kind: "explainer", name: "lime", known: ["attention-rollout", "gmar", "gmar:norm=l2"])
    ) { try table["lime"] }
    let twice = try Evaluation(
      model: model, images: ["a": image(1)], explainers: [GMAR { $0.norm = .l2 }, GMAR(preset: .paper)],
      metrics: [AverageDrop()]
    ).results()["average-drop"]
    #expect(
      throws: ResultsError.ambiguous(
        kind: "explainer", name: "gmar", known: ["gmar:norm=l2", "gmar:preset=paper"])
    ) { try twice[GMAR.self] }
    #expect(table.rows.count == 3)
  }

  @Test("images are asked for by names of their own, and labels by classes that are there")
  func refusals() throws {
    #expect(throws: DatasetError.empty(place: "images-in-memory")) { try ImagesInMemory([:]) }
    #expect(throws: DatasetError.self) { try ImagesInMemory(["a": image(1), "a": image(2)]) }
    #expect(throws: DatasetError.self) {
      try ImagesInMemory([("a", Sample(image: image(1), label: 1))], classes: [DatasetClass("only")])
    }
    let images = try ImagesInMemory(
      [("a", Sample(image: image(1), label: 0))], classes: [DatasetClass("only")])
    #expect(images.split.label(0) == 0 && images.split.count == 1)
    #expect(throws: DatasetError.self) { try images.split("train") }
  }

  @Test("the asynchronous forms give the same, and end when they are told to")
  func asynchronous() async throws {
    let evaluation = try evaluation()
    let expected = try synchronous(evaluation)
    #expect(try await evaluation.results() == expected)
    var images: [ImageResult] = []
    for try await event in evaluation.events() {
      if case .image(let result) = event { images.append(result) }
    }
    #expect(images.sorted { $0.position < $1.position } == expected.images)

    // A run that is told to end before it begins has no result, and leaving the loop is no error.
    let task = Task {
      while !Task.isCancelled { sched_yield() }
      return try await evaluation.results()
    }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    for try await event in evaluation.events() {
      guard case .began = event else { continue }
      break
    }
  }

  private func synchronous(_ evaluation: Evaluation) throws -> EvaluationResults { try evaluation.results() }
}
