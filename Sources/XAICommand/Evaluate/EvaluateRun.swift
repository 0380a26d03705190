#if XAI_DATABASE
import XAICore
import XAIEvaluation
import XAIFoundation
import XAIResults
import XAITensor

/// A run of `xai evaluate`: from the first picture without a result to the last one, or to where it is stopped.
struct EvaluateRun {
  private let plan: EvaluatePlan
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  private var doneCount = 0
  /// What went wrong while an event was told; the run stops before it is thrown.
  private var failure: (any Error)?
  private var teller: any EvaluationTeller

  init(_ plan: EvaluatePlan) {
    self.plan = plan
    start = clock.now
    if plan.command.json {
      teller = EvaluationJSONTeller(plan)
    } else if plan.command.quiet {
      teller = SilentEvaluationTeller()
    } else {
      teller = EvaluationTextTeller(plan)
    }
  }

  mutating func run() throws {
    if plan.command.runOptions.restart { try ResultStore.remove(at: plan.output) }
    Interruption.watch()
    let store = try ResultStore(
      at: plan.output, experiment: plan.experiment, shard: plan.chosen?.shard.description)
    let outcome: EvaluationOutcome
    do {
      // An explainer of many passes stops between two of them; its group is computed again when the run goes on.
      outcome = try PassProgress.watched(by: { _ in !Interruption.isRequested }) {
        try plan.evaluation.run(into: store, shard: plan.chosen?.shard ?? .whole) { tell($0) }
      }
    } catch {
      teller.clear()
      throw error
    }
    teller.clear()
    if let failure { throw failure }
    let known = try store.donePositions
    let end = EvaluationEnd(
      means: try store.means(), failures: try store.failures(), positionCount: plan.positions.count,
      known: plan.positions.count(where: known.contains), seconds: seconds)
    try teller.ended(end, outcome)
    if outcome == .stopped, Interruption.isRequested { throw Failure(.interrupted, "") }
    if outcome == .finished, !end.failures.isEmpty, end.failures.count == known.count {
      throw Failure(.inputData, "\(plan.command.data): no picture could be evaluated")
    }
  }

  private var seconds: Double { (clock.now - start) / .seconds(1) }

  /// Hands an event on, and says whether the evaluation goes on.
  private mutating func tell(_ event: EvaluationEvent) -> Bool {
    if case .picture = event { doneCount += 1 }
    if failure == nil {
      do { try teller.tell(event) } catch { failure = error }
    }
    if case .picture = event { TestMilestone.result.reached() }
    let isEnough = plan.command.runOptions.stopAfter?.isMet(count: doneCount, seconds: seconds) ?? false
    return failure == nil && !Interruption.isRequested && !isEnough
  }
}

/// What an evaluation has come to when a run ends.
struct EvaluationEnd {
  let means: [MeanValue]
  /// Pictures that could not be evaluated.
  let failures: [PictureFailure]
  /// Pictures that the run is for.
  let positionCount: Int
  /// Those of them that have a result.
  let known: Int
  let seconds: Double
}

/// Where the events of an evaluation go.
protocol EvaluationTeller {
  mutating func tell(_ event: EvaluationEvent) throws
  mutating func ended(_ end: EvaluationEnd, _ outcome: EvaluationOutcome) throws
  /// Takes a line away that is still being overwritten.
  mutating func clear()
}

/// Says nothing.
struct SilentEvaluationTeller: EvaluationTeller {
  func tell(_ event: EvaluationEvent) {}
  func ended(_ end: EvaluationEnd, _ outcome: EvaluationOutcome) {}
  func clear() {}
}
#endif
