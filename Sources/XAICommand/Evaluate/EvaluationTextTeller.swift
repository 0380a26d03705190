import XAICore
import XAIEvaluation

/// Tells people: a progress line on standard error, the means on standard output.
struct EvaluationTextTeller: EvaluationTeller {
  private let plan: EvaluatePlan
  private var progress = Progress(isShown: true)
  private var known = 0
  private var count = 0
  private var done = 0
  /// Pictures of this run at the beginning of the group that is worked on.
  private var beforeGroup = 0
  private var failureCount = 0

  init(_ plan: EvaluatePlan) { self.plan = plan }

  mutating func tell(_ event: EvaluationEvent) throws {
    switch event {
    case .began(let known, let count):
      (self.known, self.count) = (known, count)
      try say("\(plan.summary)\n")
      for note in plan.evaluation.notes { tell("Note: \(note)\n") }
      if known > 0, known < count {
        try say("going on after \(grouped(known)) of \(grouped(count)) pictures\n")
      }
    case .working(let pictures, let share):
      if share >= 1 { beforeGroup = done + pictures }
      show(
        max(Double(done), Double(share < 1 ? beforeGroup : done) + share * Double(share < 1 ? pictures : 0)))
    case .picture(let result):
      done += 1
      beforeGroup = max(beforeGroup, done)
      if let failure = result.failure { note(failure, of: result) }
      show(Double(done))
    }
  }

  mutating func clear() { progress.clear() }

  /// Pictures of this run, those that are half done in part.
  private mutating func show(_ done: Double) {
    let (known, count, whole) = (known, count, self.done)
    progress.update { seconds in
      let left = done > 0 ? ", \(duration((Double(count - known) - done) / done * seconds)) left" : ""
      let rate = done / seconds
      return "\(grouped(known + whole)) of \(grouped(count)) pictures, "
        + "\(fixed(rate, places: rate < 10 ? 2 : 1)) a second\(left)"
    }
  }

  /// Names the first failures at once; the end of the run names them again.
  private mutating func note(_ failure: String, of result: PictureResult) {
    failureCount += 1
    switch failureCount {
    case 1...3: tell("Note: leaving out \(Self.text(failure, of: result.identifier))\n")
    case 4: tell("Note: more pictures are left out; the end of the run names them\n")
    default: break
    }
  }

  private mutating func say(_ text: String) throws {
    progress.clear()
    try StandardOutput.write(text)
  }

  private mutating func tell(_ text: String) {
    progress.clear()
    StandardError.write(text)
  }

  private static func text(_ failure: String, of identifier: String) -> String {
    failure.contains(identifier) ? failure : "\(identifier): \(failure)"
  }
}

// MARK: - The end

extension EvaluationTextTeller {
  mutating func ended(_ end: EvaluationEnd, _ outcome: EvaluationOutcome) throws {
    if end.known > end.failures.count { try say("\n" + meanTable(end.means, of: plan.experiment) + "\n") }
    switch outcome {
    case .stopped:
      try say(
        "Stopped after \(grouped(end.known)) of \(grouped(end.positionCount)) pictures; the same command goes on from "
          + "there.\n")
    case .finished:
      let time = done > 0 ? " in \(duration(end.seconds))" : ", all of them known already"
      try say("\(plan.output): \(counted(end.known, "picture"))\(time)\n" + next)
    }
    guard !end.failures.isEmpty else { return }
    let shown = end.failures.prefix(20).map { "  \(Self.text($0.reason, of: $0.identifier))\n" }.joined()
    let rest = end.failures.count > 20 ? "  and \(end.failures.count - 20) more\n" : ""
    tell(
      "Warning: \(counted(end.failures.count, "picture")) \(end.failures.count == 1 ? "was" : "were") left out:\n"
        + shown + rest)
  }

  /// What a user may want next.
  private var next: String {
    guard let chosen = plan.chosen, chosen.shard.count > 1 else { return "" }
    return "When all \(chosen.shard.count) shards are done: xai merge FILES -o \(plan.command.output)\n"
  }
}

/// The mean of each metric for each explainer, with an arrow to where values are better.
func meanTable(_ means: [MeanValue], of experiment: Experiment) -> String {
  let arrows: [MetricDescriptor.Direction: String] = [.higher: " ↑", .lower: " ↓", .neither: ""]
  let header =
    ["mean"]
    + experiment.metrics.map { metric in
      let unit = metric.descriptor.unit
      return metric.specification + (unit.isEmpty ? "" : " \(unit)")
        + (arrows[metric.descriptor.direction] ?? "")
    }
  func cells(_ explainer: Int) -> [MeanValue] { means.filter { $0.explainer == explainer } }
  let rows = experiment.explainers.enumerated().map { index, explainer in
    [explainer.specification] + cells(index).map { $0.mean.map { fixed($0, places: 2) } ?? "–" }
  }
  let counts = ["n"] + cells(0).map { grouped($0.count) }
  return table([header] + rows + [counts], rightAligned: Set(1..<header.count))
}
