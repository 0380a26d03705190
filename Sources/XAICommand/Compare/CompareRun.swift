import XAICore
import XAIFoundation
import XAIImage
import XAITensor

/// A run of `xai compare`: one forward pass, then explainer after explainer.
struct CompareRun {
  private let plan: ComparePlan
  private let clock = ContinuousClock()
  private var progress: Progress
  private var maps: [ComparedMap] = []
  private var failures: [(explainer: String, failure: Failure)] = []

  init(_ plan: ComparePlan) {
    self.plan = plan
    progress = Progress(isShown: !plan.command.quiet)
  }

  /// Compares; throws at the end where an explainer failed, and at once where a file can't be written.
  mutating func run() throws {
    Interruption.watch()
    if !plan.command.quiet { for note in plan.notes { StandardError.write("Note: \(note)\n") } }
    if plan.isTurned, !plan.command.quiet { StandardError.write("Note: \(plan.file.turnedNote)\n") }
    let explainers = plan.choices.map(\.explainer)
    let recording = try explainers.reduce(Recording()) {
      try $0.union($1.recording(for: plan.model.descriptor))
    }
    let start = clock.now
    let trace = try plan.model.forward(plan.input, recording: recording)
    let forward = (clock.now - start) / .seconds(1)
    let logits: Tensor
    do {
      logits = try plan.model.finite(trace.logits, of: plan.input)
    } catch {
      var failure = Failure(error)
      failure.message = "\(plan.file.shownPath): \(failure.message)"
      throw failure
    }
    let targets = try targets(of: logits)
    for (index, choice) in plan.choices.enumerated() {
      guard !Interruption.isRequested else { break }
      progress.update { _ in "\(choice.text) (\(index + 1) of \(plan.choices.count))" }
      explain(choice, trace, targets)
    }
    progress.clear()
    try write(
      ComparisonResult(
        plan, logits[0].elements, targets, maps, failures, forwardSeconds: forward))
    if Interruption.isRequested { throw Failure(.interrupted, "") }
    if let first = failures.first { throw Failure(first.failure.status, "") }
  }

  /// The class that was asked about, and the predicted one behind it where it is another: two classes are at stake then.
  private func targets(of logits: Tensor) throws -> Targets {
    let labels = plan.model.descriptor.labels
    let asked = try plan.target.resolve(logits: logits, labels: labels).classes[0][0]
    let predicted = try TargetSelection.predicted.resolve(logits: logits, labels: labels).classes[0][0]
    return try Targets([asked == predicted ? [asked] : [asked, predicted]])
  }

  /// Asks one explainer; one that fails is said, and the others are still asked.
  private mutating func explain(_ choice: ExplainerChoice, _ trace: ForwardTrace, _ targets: Targets) {
    let start = clock.now
    do {
      let number = maps.count + failures.count + 1
      let attributions = try PassProgress.watched(
        by: progress.passes(after: "\(number) of \(plan.choices.count), ")
      ) {
        try choice.explainer.maps(of: trace, targets: targets, using: plan.model)[0]
      }
      maps.append(
        ComparedMap(
          choice: choice, attribution: attributions[0],
          predictedClass: attributions.count > 1 ? attributions[1] : nil,
          seconds: (clock.now - start) / .seconds(1)))
    } catch is CancellationError {
      return
    } catch {
      let failure = Failure(error)
      failures.append((choice.explainer.specification, failure))
      progress.clear()
      StandardError.write("Error: \(choice.text): \(failure.message)\n")
    }
  }

  private func write(_ result: ComparisonResult) throws {
    guard !maps.isEmpty else { return }
    let figures = ComparisonFigures(
      result, drawing: plan.command.drawing, columns: plan.command.columns, width: plan.figures.width)
    var files: [String: String] = [:]
    for (kind, figure) in [("comparison", try figures.maps()), ("agreement", try figures.agreement())] {
      files[kind] = try plan.figures.write(
        figure, in: plan.command.output, name: "\(plan.file.stem).\(result.target.index).\(kind)",
        isQuiet: plan.command.quiet)
    }
    if plan.command.json {
      try StandardOutput.write(json(ComparisonRecord(result, drawing: plan.command.drawing, files: files)))
    } else if !plan.command.quiet {
      try StandardOutput.write(
        result.text + files.values.sorted().reversed().map { "\(FileName.shown($0))\n" }.joined())
    }
  }
}
