import XAICore
import XAIFoundation
import XAITensor
import XAITraining

/// A run of `xai train`: from the first step or the last checkpoint to the trained model, or to where it is stopped.
struct TrainRun {
  private let plan: TrainPlan
  private let reports: Reports
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  private var stepsDone = 0
  /// What went wrong while an event was told; the training stops, with a checkpoint, before it is thrown.
  private var failure: (any Error)?
  private var reporter: any TrainingReporter

  init(_ plan: TrainPlan) {
    self.plan = plan
    reports = Reports(plan)
    start = clock.now
    if plan.command.json {
      reporter = TrainingJSONReporter()
    } else if plan.command.quiet {
      reporter = SilentTrainingReporter()
    } else {
      reporter = TrainingTextReporter(plan)
    }
  }

  mutating func run() throws {
    Interruption.watch()
    let lock = try Trainer.lock(plan.task.folder)
    defer { withExtendedLifetime(lock) {} }
    if plan.command.runOptions.restart { Trainer.restart(in: plan.task.folder) }
    var trainer = try Trainer(plan.task, kernels: plan.kernels.name)
    let outcome: TrainingOutcome
    do {
      outcome = try trainer.run { tell($0) }
    } catch {
      reporter.clear()
      throw error
    }
    reporter.clear()
    if let failure { throw failure }
    switch outcome {
    case .finished(let record):
      let files = try reports.write(record.history)
      try reporter.finished(record, files: files, seconds: seconds)
    case .alreadyFinished(let record):
      try reports.writeMissing(record.history)
      try reporter.alreadyFinished(record)
    case .stopped(let step):
      if step > 0 { try reports.write(trainer.history) }
      try reporter.stopped(step: step, skipped: trainer.skipped)
      if Interruption.isRequested { throw Failure(.interrupted, "") }
    }
  }

  private var seconds: Double { (clock.now - start) / .seconds(1) }

  /// Hands an event on, and says whether the training continues.
  private mutating func tell(_ event: TrainingEvent) -> Bool {
    if case .step = event { stepsDone += 1 }
    if failure == nil {
      do {
        try reporter.tell(event)
        if case .began = event { for note in plan.notes { try reporter.tell(.note(note)) } }
      } catch {
        failure = error
      }
    }
    if case .step = event { TestMilestone.result.reached() }
    return failure == nil && !Interruption.isRequested && !isEnough
  }

  private var isEnough: Bool {
    plan.command.runOptions.stopAfter?.isMet(count: stepsDone, seconds: seconds) ?? false
  }
}

/// Where the events of a training go.
protocol TrainingReporter {
  mutating func tell(_ event: TrainingEvent) throws
  mutating func finished(_ record: TrainingRecord, files: [String], seconds: Double) throws
  mutating func alreadyFinished(_ record: TrainingRecord) throws
  mutating func stopped(step: Int, skipped: [SkippedImage]) throws
  /// Takes a line away that is still being overwritten.
  mutating func clear()
}

/// Says nothing.
struct SilentTrainingReporter: TrainingReporter {
  func tell(_ event: TrainingEvent) {}
  func finished(_ record: TrainingRecord, files: [String], seconds: Double) {}
  func alreadyFinished(_ record: TrainingRecord) {}
  func stopped(step: Int, skipped: [SkippedImage]) {}
  func clear() {}
}
