#if XAI_DATABASE
import XAICore
import XAIEvaluation
import XAIFoundation
import XAIResults

/// Tells people: a progress line on standard error, the means on standard output.
struct EvaluationTextReporter: EvaluationReporter {
  private let plan: EvaluatePlan
  private let progress = Progress(isShown: true)
  private var known = 0
  private var count = 0
  private var done = 0
  /// Images of this run at the beginning of the group that is worked on.
  private var beforeGroup = 0
  private var lastShare = 1.0
  /// Images of this run, those that are half done in part.
  private var reached = 0.0
  private var failureCount = 0

  init(_ plan: EvaluatePlan) { self.plan = plan }

  mutating func tell(_ estimate: EvaluationEstimate, images: Int) {
    tell("\(plan.text(of: estimate, images: images))\n")
  }

  mutating func tell(_ event: EvaluationEvent) throws {
    switch event {
    case .began(let known, let count):
      (self.known, self.count) = (known, count)
      try say("\(plan.summary)\n")
      for note in plan.evaluation.notes { tell("Note: \(note)\n") }
      if known > 0, known < count {
        try say("resuming after \(grouped(known)) of \(grouped(count)) images\n")
      }
    case .working(let images, let share):
      // A share that does not grow is the next group's.
      if share <= lastShare { beforeGroup = done }
      lastShare = share
      reached = Double(beforeGroup) + share * Double(images)
      show()
    case .image(let result):
      done += 1
      if let failure = result.failure { note(failure, of: result) }
      show()
    }
  }

  mutating func clear() { progress.clear() }

  private mutating func show() {
    let (known, count, whole) = (known, count, done)
    let reached = min(max(reached, Double(done)), Double(count - known))
    progress.update { seconds in
      let left = reached > 0 ? ", \(duration((Double(count - known) / reached - 1) * seconds)) left" : ""
      let rate = reached / seconds
      return "\(grouped(known + whole)) of \(grouped(count)) images, "
        + "\(decimal(rate, places: rate < 10 ? 2 : 1)) a second\(left)"
    }
  }

  /// Names the first failures at once; the end of the run names them again.
  private mutating func note(_ failure: String, of result: ImageResult) {
    failureCount += 1
    switch failureCount {
    case 1...3: tell("Note: leaving out \(Self.text(failure, of: result.identifier))\n")
    case 4: tell("Note: more images are left out; the end of the run names them\n")
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

extension EvaluationTextReporter {
  mutating func ended(_ end: EvaluationEnd, isFinished: Bool) throws {
    if end.known > end.failures.count { try say("\n" + meanTable(end.means, of: plan.experiment) + "\n") }
    if isFinished {
      let time = done > 0 ? " in \(duration(end.seconds))" : ", all of them known already"
      try say("\(FileName.shown(plan.output)): \(counted(end.known, "image"))\(time)\n" + next)
    } else {
      try say(
        "Stopped after \(grouped(end.known)) of \(grouped(end.positionCount)) images; the same command resumes from "
          + "there.\n")
    }
    for flat in end.flatMaps {
      tell(
        "Warning: \(counted(flat.count, "map")) of \(plan.experiment.explainers[flat.explainer].specification) "
          + "\(flat.count == 1 ? "has" : "have") the same score everywhere and \(flat.count == 1 ? "says" : "say") nothing.\n"
      )
    }
    for failed in end.mapFailures {
      tell(
        "Error: \(plan.experiment.explainers[failed.explainer].specification) failed for "
          + "\(counted(failed.count, "map")), the first with: \(failed.reason)\n")
    }
    guard !end.failures.isEmpty else { return }
    let shown = end.failures.prefix(20).map { "  \(Self.text($0.reason, of: $0.identifier))\n" }.joined()
    let rest = end.failures.count > 20 ? "  and \(end.failures.count - 20) more\n" : ""
    tell(
      "Warning: \(counted(end.failures.count, "image")) \(end.failures.count == 1 ? "was" : "were") left out:\n"
        + shown + rest)
    let unread = end.failures.count(where: \.isUnread)
    if unread > 0 {
      tell(
        "\(unread == end.failures.count ? "They" : "\(grouped(unread)) of them") could not be read, twice; the same command tries "
          + "again.\n")
    }
  }

  /// What a user may want next.
  private var next: String {
    guard let chosen = plan.chosen, chosen.shard.count > 1 else {
      return
        "For tables with intervals, or a page: xai report \(FileName.shown(plan.output)) [-o report.html]\n"
    }
    return
      "When all \(chosen.shard.count) shards are done: xai merge FILES -o \(FileName.shown(plan.command.output))\n"
  }
}

/// The mean of each metric for each explainer, with an arrow to where values are better; four metrics side by side.
func meanTable(_ means: [MeanValue], of experiment: Experiment) -> String {
  let arrows: [MetricDescriptor.Direction: String] = [.higher: " ↑", .lower: " ↓", .neither: ""]
  let headings = experiment.metrics.map { metric in
    let (id, unit) = (metric.descriptor.id, metric.descriptor.unit)
    let isDefault = metric.specification == id
    let name = isDefault ? id : metric.protocolName.map { "\(id):preset=\($0)" } ?? metric.specification
    return name + (unit.isEmpty ? "" : " \(unit)")
      + (arrows[metric.descriptor.direction] ?? "")
  }
  func cell(_ explainer: Int, _ metric: Int) -> MeanValue? {
    means.first { $0.explainer == explainer && $0.metric == metric }
  }
  let most = 4
  return stride(from: 0, to: headings.count, by: most).map { start in
    let metrics = start..<min(start + most, headings.count)
    let rows = experiment.explainers.enumerated().map { index, explainer in
      [explainer.specification]
        + metrics.map { cell(index, $0)?.mean.map { decimal($0, places: 2) } ?? "–" }
    }
    let counts = ["n"] + metrics.map { grouped(cell(0, $0)?.count ?? 0) }
    return table([["mean"] + headings[metrics]] + rows + [counts], rightAligned: Set(1...metrics.count))
  }.joined(separator: "\n")
}
#endif
