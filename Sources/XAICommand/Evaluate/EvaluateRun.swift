#if XAI_DATABASE
import XAICore
import XAIEvaluation
import XAIFoundation
import XAIResults
import XAITensor

/// A run of `xai evaluate`: from the first image without a result to the last one, or to where it is stopped.
struct EvaluateRun {
  private let plan: EvaluatePlan
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  private var doneCount = 0
  /// What went wrong while an event was told; the image that is worked on is kept before it is thrown.
  private var failure: (any Error)?
  private var reporter: any EvaluationReporter

  init(_ plan: EvaluatePlan) {
    self.plan = plan
    start = clock.now
    if plan.command.json {
      reporter = EvaluationJSONReporter(plan)
    } else if plan.command.quiet {
      reporter = SilentEvaluationReporter()
    } else {
      reporter = EvaluationTextReporter(plan)
    }
  }

  mutating func run() throws {
    if plan.command.runOptions.restart { try ResultStore.remove(at: plan.output) }
    Interruption.watch()
    let store = try ResultStore(
      at: plan.output, experiment: plan.experiment, shard: plan.chosen?.shard.description)
    try store.add(CommandContext.run)
    try tellEstimate(known: store.donePositions)
    var isFinished = true
    do {
      // An explainer of many passes stops between two of them; its group is computed again when the run resumes.
      try PassProgress.watched(by: { _ in !Interruption.isRequested }) {
        try plan.evaluation.run(
          into: store, shard: plan.chosen?.shard ?? .whole, kernels: plan.loaded.kernels.name,
          areKernelsMixed: plan.command.runOptions.mixedKernels, check: { try plan.loaded.checkWeights() }
        ) { try tell($0) }
      }
    } catch is CancellationError {
      isFinished = false
    } catch {
      reporter.clear()
      throw error
    }
    reporter.clear()
    let known = try store.donePositions
    let end = EvaluationEnd(
      means: try store.means(), failures: try store.failures(), mapFailures: try store.mapFailures(),
      flatMaps: try store.flatMaps(), positionCount: plan.positions.count,
      known: plan.positions.count(where: known.contains), seconds: seconds)
    try reporter.ended(end, isFinished: isFinished)
    if !isFinished, Interruption.isRequested { throw Failure(.interrupted, "") }
    if isFinished, !end.failures.isEmpty, end.failures.count == known.count {
      throw Failure(.inputData, "\(FileName.shown(plan.command.data)): no image could be evaluated")
    }
    // What is missing has been named.
    if isFinished, !plan.command.runOptions.allowFailures, !end.failures.isEmpty || !end.mapFailures.isEmpty {
      throw Failure(.inputData, "")
    }
  }

  /// Says how long the images without a result will take, where somebody reads it.
  private mutating func tellEstimate(known: Set<Int>) throws {
    let open = plan.positions.count { !known.contains($0) }
    guard open > 0, !plan.command.quiet else { return }
    // What can't be measured is not told: an image that can't be read is the run's business.
    guard let estimate = try? plan.evaluation.estimate() else { return }
    try reporter.tell(estimate, images: open)
  }

  private var seconds: Double { (clock.now - start) / .seconds(1) }

  /// Hands an event on; throws where the run is to end, when the image that is worked on has its result.
  private mutating func tell(_ event: EvaluationEvent) throws {
    if case .image = event { doneCount += 1 }
    if failure == nil {
      do { try reporter.tell(event) } catch { failure = error }
    }
    if case .image = event { TestMilestone.result.reached() }
    if case .working = event { TestMilestone.batch.reached() }
    if case .working = event {
      if Interruption.isOverdue(after: plan.command.runOptions.grace) { throw CancellationError() }
      return
    }
    if let failure { throw failure }
    let isEnough = plan.command.runOptions.stopAfter?.isMet(count: doneCount, seconds: seconds) ?? false
    if Interruption.isRequested || isEnough { throw CancellationError() }
  }
}

/// What an evaluation has come to when a run ends.
struct EvaluationEnd {
  let means: [MeanValue]
  /// Images that could not be evaluated.
  let failures: [ImageFailure]
  /// Maps that could not be made, or lack a value, by explainer.
  let mapFailures: [MapFailures]
  /// How many maps of each explainer are the same everywhere, of those that have any.
  let flatMaps: [(explainer: Int, count: Int)]
  /// Images that the run is for.
  let positionCount: Int
  /// Those of them that have a result.
  let known: Int
  let seconds: Double
}

/// Where the events of an evaluation go.
protocol EvaluationReporter {
  /// How long the images without a result will take, before anything else is told.
  mutating func tell(_ estimate: EvaluationEstimate, images: Int) throws
  mutating func tell(_ event: EvaluationEvent) throws
  mutating func ended(_ end: EvaluationEnd, isFinished: Bool) throws
  /// Takes a line away that is still being overwritten.
  mutating func clear()
}

/// Says nothing.
struct SilentEvaluationReporter: EvaluationReporter {
  func tell(_ estimate: EvaluationEstimate, images: Int) {}
  func tell(_ event: EvaluationEvent) {}
  func ended(_ end: EvaluationEnd, isFinished: Bool) {}
  func clear() {}
}
#endif
