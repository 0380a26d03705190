import Synchronization
import Testing
import XAI
import XAITensor
import XAITesting

@testable import XAIBench

@Suite struct BenchTests {
  private static let machine = Machine(threads: 1, runs: 1)

  /// A clock on which 1/1024 s passes from one look to the next, so that all times are known and exact.
  private static func stopwatch() -> Stopwatch {
    let looks = Looks()
    return Stopwatch { Double(looks.count.add(1, ordering: .relaxed).newValue) / 1024 }
  }

  private final class Looks: Sendable {
    let count = Atomic(0)
  }

  private func plan(_ explainers: [any Explainer], counting runs: Looks) throws -> EvaluationPlan {
    let registry = try Registry.builtIn()
    let dataset = try registry.dataset("shapes:size=48")
    return EvaluationPlan(
      data: EvaluationData(dataset, split: try dataset.split("validation"), count: 2), explainers: explainers,
      metrics: [try registry.metric("average-drop"), try registry.metric("insertion:preset=rise-fast")]
    ) { evaluation in
      runs.count.add(1, ordering: .relaxed)
      let results = try evaluation.results()
      #expect(results.images.count == 2)
    }
  }

  @Test func measurementsAgreeWithThemselves() throws {
    let evaluations = Looks()
    let kernels = AvailableKernels.preferred.make()
    let model = ToyModel.classToken.make(on: kernels)
    let explainers: [any Explainer] = [GMAR(), AttentionRollout()]
    var settings = Bench.Settings(
      explainers: explainers, evaluation: try plan(explainers, counting: evaluations))
    settings.batches = [1, 3]
    settings.repetition = Repetition(most: 2, seconds: 60)
    var (found, runs) = ([BenchResult](), 0)
    try Bench(settings, stopwatch: Self.stopwatch()).time(
      model,
      while: { _, run in
        #expect((0...2).contains(run))
        runs += 1
        return true
      }, measured: { found.append($0) })
    #expect(found.map(\.work) == [.forward, .forward, .explain, .explain, .explain, .explain, .evaluate])
    #expect(found.map(\.batch) == [1, 3, 1, 3, 1, 3, 16])
    #expect(runs == 3 * found.count)
    let operations = try #require(VisionTransformerOperations(of: model))
    for measurement in found {
      #expect(measurement.seconds.runs == 2 && measurement.seconds.best > 0)
      #expect(measurement.imagesPerSecond == Double(measurement.images) / measurement.seconds.best)
      #expect(measurement.peakBytes ?? 1 > 0)
      if let phases = measurement.phases {
        let sum = phases.forward + phases.reverse + phases.rest
        #expect(sum == measurement.seconds.best, "phases are those of the run that counts")
      }
      let reverses = measurement.explainers.contains("gmar") ? measurement.images : 0
      let expected =
        Double(measurement.forwards) * operations.forward + Double(reverses) * operations.reverse
      let gigaflops = try #require(measurement.gigaflops)
      #expect(abs(gigaflops * measurement.seconds.best * 1e9 / expected - 1) < 1e-9)
      let done = try #require(measurement.doneGigaflops)
      #expect(done > 0 && done < gigaflops, "less is done than is published")
      var compared = measurement
      #expect(compared.shareOfPeak == nil)
      compared.compare(with: Self.machine)
      #expect(compared.shareOfPeak == done / (try #require(Self.machine.peak(.float32))).gigaflops)
    }
    // A run looks at the clock before and after itself and each pass: GMAR has a forward and a reverse one, rollout one.
    let tick = 1.0 / 1024
    #expect(found[0].phases == nil && found[0].seconds == Timing([3 * tick, 3 * tick]))
    for index in [2, 3] {
      #expect(found[index].phases == BenchResult.Phases(forward: tick, reverse: tick, rest: 3 * tick))
    }
    for index in [4, 5] {
      #expect(found[index].phases == BenchResult.Phases(forward: tick, reverse: 0, rest: 2 * tick))
    }
    // Two images in one forward pass; their frames, of which the whole images are shown for both explainers once.
    let evaluation = try #require(found.last)
    #expect(evaluation.images == 2 && evaluation.forwards > 2 * 4)
    #expect(evaluations.count.load(ordering: .relaxed) == 3, "one to warm up, and two")
  }

  @Test func endsWhenItIsTold() throws {
    let kernels = AvailableKernels.preferred.make()
    var settings = Bench.Settings(explainers: [GMAR()])
    settings.batches = [1]
    settings.repetition = Repetition(most: 5, seconds: 60)
    var (found, runs) = ([BenchResult](), 0)
    try Bench(settings, stopwatch: Self.stopwatch()).time(
      ToyModel.classToken.make(on: kernels),
      while: { _, _ in
        runs += 1
        return runs <= 3
      }, measured: { found.append($0) })
    #expect(found.map(\.work) == [.forward] && found[0].seconds.runs == 2)
  }

  @Test func anExplainerThatDoesNotFitIsRefusedFirst() throws {
    let kernels = AvailableKernels.preferred.make()
    let model = LimitedModel(ToyModel.classToken.make(on: kernels), to: [])
    let bench = Bench(Bench.Settings(explainers: [GMAR()]))
    #expect(throws: ModelError.self) {
      try bench.time(model, while: { _, _ in true }, measured: { _ in Issue.record("nothing is measured") })
    }
  }
}
