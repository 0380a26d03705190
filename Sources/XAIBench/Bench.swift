package import XAICore
import XAIEvaluation
package import XAITensor

/// Times what models do.
package struct Bench: Sendable {
  /// What is timed and how often.
  package struct Settings: Sendable {
    /// Images in a batch, one measurement each.
    package var batches = [1, 8, 32]
    /// The explainers that are timed.
    package var explainers: [any Explainer]
    /// The evaluation that is timed; nil for none.
    package var evaluation: EvaluationPlan?
    /// What the kernels multiply in, in forward passes.
    package var precision = KernelSelection.Precision.float32
    /// How often each measurement runs.
    package var repetition = Repetition(most: 5, seconds: 10)

    /// Times these explainers.
    package init(explainers: [any Explainer], evaluation: EvaluationPlan? = nil) {
      self.explainers = explainers
      self.evaluation = evaluation
    }
  }

  private let settings: Settings
  private let stopwatch: Stopwatch

  /// Prepares the timing of models.
  package init(_ settings: Settings) {
    self.init(settings, stopwatch: .system)
  }

  /// The same by a stopwatch.
  package init(_ settings: Settings, stopwatch: Stopwatch) {
    self.settings = settings
    self.stopwatch = stopwatch
  }

  /// Times a model, one measurement after the other.
  ///
  /// - Parameters:
  ///   - model: runs on whatever kernels it was made on.
  ///   - goesOn: is told what runs and how often it has, before each run; false ends the timing with what there is.
  ///   - measured: is handed each measurement as it is done.
  package func time(
    _ model: any Model, while goesOn: (_ what: String, _ run: Int) -> Bool,
    measured: (BenchResult) throws -> Void
  ) throws {
    for explainer in settings.explainers { try explainer.check(fits: model.descriptor) }
    let timed = TimedModel(model, stopwatch: stopwatch)
    var workloads = settings.batches.map { Workload.forward(timed, batch: $0) }
    for explainer in settings.explainers {
      workloads += settings.batches.map { Workload.explain(timed, by: explainer, batch: $0) }
    }
    if let plan = settings.evaluation {
      workloads.append(try .evaluate(timed, plan))
    }
    for workload in workloads {
      guard let measurement = try measure(workload, timed, model, while: goesOn) else { return }
      try measured(measurement)
    }
  }

  private func measure(
    _ workload: Workload, _ timed: TimedModel, _ model: any Model, while goesOn: (String, Int) -> Bool
  ) throws -> BenchResult? {
    ResidentMemory.startPeak()
    var (fastest, passes, run) = (Double.infinity, TimedModel.Passes(), 0)
    let timing = try settings.repetition.run(
      while: {
        defer { run += 1 }
        return goesOn(workload.name, run)
      },
      {
        _ = timed.takePasses()
        let time = try stopwatch.seconds(workload.run)
        let noted = timed.takePasses()
        // The first run warms up, and doesn't count even where it is the fastest.
        if run > 1, time < fastest { (fastest, passes) = (time, noted) }
        return time
      })
    guard let timing else { return nil }
    let peakBytes = ResidentMemory.peakBytes
    let images = workload.work == .evaluate ? settings.evaluation?.data.sampleCount ?? 0 : workload.batch
    let operations = BenchResult.Operations(
      workload, forwards: passes.images, images: images, of: model)
    return BenchResult(
      work: workload.work, explainers: workload.explainers.map(\.specification),
      metrics: workload.metrics.map(\.specification), precision: settings.precision, batch: workload.batch,
      images: images, forwards: passes.images, seconds: timing,
      phases: workload.work == .forward
        ? nil
        : BenchResult.Phases(
          forward: passes.forward, reverse: passes.reverse,
          rest: fastest - passes.forward - passes.reverse),
      imagesPerSecond: Double(images) / timing.best,
      gigaflops: operations.map { $0.published / timing.best * 1e-9 },
      doneGigaflops: operations.map { $0.done / timing.best * 1e-9 }, peakBytes: peakBytes)
  }
}

extension Workload {
  /// What messages call it.
  fileprivate var name: String {
    let images = "\(batch) image\(batch == 1 ? "" : "s")"
    switch work {
    case .forward: return "forward, \(images)"
    case .explain: return "\(explainers.map(\.specification).joined(separator: ", ")), \(images)"
    case .evaluate: return "evaluation"
    }
  }
}
