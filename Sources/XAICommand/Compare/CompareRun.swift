import XAICore
import XAIImage
import XAITensor

/// A run of `xai compare`: one forward pass, then explainer after explainer.
struct CompareRun {
  private let plan: ComparePlan
  private let clock = ContinuousClock()
  private var progress: Progress
  private var maps: [ComparedMap] = []
  private var failures: [Failure] = []

  init(_ plan: ComparePlan) {
    self.plan = plan
    progress = Progress(isShown: !plan.command.quiet)
  }

  /// Compares; throws at the end where an explainer failed, and at once where a file can't be written.
  mutating func run() throws {
    Interruption.watch()
    if !plan.command.quiet { for note in plan.notes { StandardError.write("Note: \(note)\n") } }
    let explainers = plan.choices.map(\.explainer)
    let recording = try explainers.reduce(Recording()) {
      try $0.union($1.recording(for: plan.model.descriptor))
    }
    let start = clock.now
    let trace = try plan.model.forward(plan.input, recording: recording)
    let forward = (clock.now - start) / .seconds(1)
    let targets = try plan.target.resolve(logits: trace.logits, labels: plan.model.descriptor.labels)
    for (index, choice) in plan.choices.enumerated() {
      guard !Interruption.isRequested else { break }
      progress.update { _ in "\(choice.text) (\(index + 1) of \(plan.choices.count))" }
      explain(choice, trace, targets)
    }
    progress.clear()
    try write(
      ComparisonResult(plan, trace.logits[0].elements, targets, maps, forwardSeconds: forward))
    if Interruption.isRequested { throw Failure(.interrupted, "") }
    if let failure = failures.first { throw Failure(failure.status, "") }
  }

  /// Asks one explainer; one that fails is said, and the others are still asked.
  private mutating func explain(_ choice: ExplainerChoice, _ trace: ForwardTrace, _ targets: Targets) {
    let start = clock.now
    do {
      let number = maps.count + failures.count + 1
      let attribution = try PassProgress.watched(
        by: progress.passes(after: "\(number) of \(plan.choices.count), ")
      ) {
        try choice.explainer.explain(trace, targets: targets, using: plan.model)[0][0]
      }
      maps.append(
        ComparedMap(choice: choice, attribution: attribution, seconds: (clock.now - start) / .seconds(1)))
    } catch is CancellationError {
      return
    } catch {
      let failure = Failure(error)
      failures.append(failure)
      progress.clear()
      StandardError.write("Error: \(choice.text): \(failure.message)\n")
    }
  }

  private func write(_ result: ComparisonResult) throws {
    guard !maps.isEmpty else { return }
    let figures = ComparisonFigures(result, drawing: plan.command.drawing)
    var files: [String: String] = [:]
    for (kind, image) in [("comparison", try figures.maps()), ("agreement", try figures.agreement())] {
      let name = "\(plan.file.stem).\(result.target.index).\(kind).\(plan.command.drawing.fileExtension)"
      let path = OutputFolder.path(plan.command.output, name)
      try image.write(to: path)
      files[kind] = path
    }
    if plan.command.json {
      try StandardOutput.write(json(ComparisonRecord(result, files: files)))
    } else if !plan.command.quiet {
      try StandardOutput.write(result.text + files.values.sorted().reversed().map { "\($0)\n" }.joined())
    }
  }
}
