import XAICore
import XAIFoundation
import XAITraining

/// Tells people: a progress line on standard error, a line an epoch and the end on standard output.
struct TrainingTextReporter: TrainingReporter {
  private let plan: TrainPlan
  private let progress = Progress(isShown: true)
  private var steps = 0
  private var stepsPerEpoch = 1
  private var firstStep = 0
  /// What the steps since the last line of an epoch came to.
  private var sinceLine = Sum()
  private var speed = Speed()
  private var linedEpoch = 0
  private var skippedCount = 0

  private struct Sum {
    var loss = 0.0
    var correct = 0.0
    var count = 0
  }

  init(_ plan: TrainPlan) { self.plan = plan }

  mutating func tell(_ event: TrainingEvent) throws {
    switch event {
    case .began(let step, let steps, let stepsPerEpoch):
      (self.steps, self.stepsPerEpoch, firstStep) = (steps, stepsPerEpoch, step)
      linedEpoch = step / stepsPerEpoch
      try say("\(plan.summary)\n")
      if step > 0 { try say("resuming after step \(grouped(step))\n") }
    case .step(let step): show(step)
    case .validating(let done, let count):
      // What is judged is not trained on: the speed of training begins anew after it.
      speed = Speed()
      progress.update { _ in "validation: \(grouped(done)) of \(grouped(count)) images" }
    case .row(let row): try lineOfEpoch(row)
    case .checkpoint: break
    case .skipped(let image): skip(image)
    case .note(let text): note(text)
    }
  }

  mutating func clear() { progress.clear() }

  private mutating func show(_ step: TrainingEvent.Step) {
    let count = Double(step.imageCount)
    sinceLine.loss += step.loss * count
    sinceLine.correct += step.accuracy * count
    sinceLine.count += step.imageCount
    speed.add(step.imageCount)
    let (speed, stepsPerEpoch, steps, firstStep) = (speed, stepsPerEpoch, steps, firstStep)
    progress.update { seconds in
      let left = Double(steps - step.step) * seconds / Double(max(step.step - firstStep, 1))
      return "step \(grouped(step.step)) of \(grouped(steps)), "
        + "epoch \(decimal(Double(step.step) / Double(stepsPerEpoch), places: 2)), "
        + "loss \(decimal(step.loss, places: 3)), accuracy \(percent(Float(step.accuracy))), "
        + "\(speed.text) images a second, \(duration(left)) left"
    }
  }

  /// One line at each validation, or where there is none, at the end of each epoch.
  private mutating func lineOfEpoch(_ row: History.Row) throws {
    let epoch = row.step / stepsPerEpoch
    guard row.validationLoss != nil || epoch > linedEpoch || row.step == steps else { return }
    linedEpoch = epoch
    let count = Double(sinceLine.count)
    let loss = sinceLine.count > 0 ? sinceLine.loss / count : row.trainingLoss
    let accuracy = sinceLine.count > 0 ? sinceLine.correct / count : row.trainingAccuracy
    sinceLine = Sum()
    let places = row.step % stepsPerEpoch == 0 ? 0 : 2
    let training = figures(loss, accuracy)
    let judged = row.validationLoss.map { "; validation \(figures($0, row.validationAccuracy))" } ?? ""
    try say("epoch \(decimal(row.epoch, places: places)): \(training)\(judged)\n")
  }

  private func figures(_ loss: Double?, _ accuracy: Double?) -> String {
    guard let loss, let accuracy else { return "nothing could be used" }
    return "loss \(decimal(loss, places: 3)), accuracy \(percent(Float(accuracy)))"
  }

  private mutating func say(_ text: String) throws {
    progress.clear()
    try StandardOutput.write(text)
  }

  /// Names the first damaged images at once; the end of the run names them again.
  private mutating func skip(_ image: SkippedImage) {
    skippedCount += 1
    switch skippedCount {
    case 1...3: note("leaving out \(Self.text(of: image))")
    case 4: note("more images are left out; the end of the run names them")
    default: return
    }
  }

  private mutating func note(_ text: String) {
    progress.clear()
    StandardError.write("Note: \(text)\n")
  }
}

// MARK: - The end

extension TrainingTextReporter {
  mutating func finished(_ record: TrainingRecord, files: [String], seconds: Double) throws {
    try say(
      "\(grouped(steps - firstStep)) steps in \(duration(seconds))\(Self.accuracy(of: record))\n"
        + "\(FileName.shown(plan.task.folder)): \(files.joined(separator: ", "))\n")
    summarise(record.skipped)
  }

  mutating func alreadyFinished(_ record: TrainingRecord) throws {
    try say(
      "\(FileName.shown(plan.task.folder)): this training has finished already\(Self.accuracy(of: record)). Nothing was done; "
        + "--restart begins anew.\n")
  }

  mutating func stopped(step: Int, skipped: [SkippedImage]) throws {
    try say(
      "Stopped after step \(grouped(step)) of \(grouped(steps)); the same command resumes from there.\n")
    summarise(skipped)
  }

  private static func accuracy(of record: TrainingRecord) -> String {
    guard let accuracy = record.history.lastValidation?.validationAccuracy else { return "" }
    return ", validation accuracy \(percent(Float(accuracy)))"
  }

  /// An image and what was wrong with it; most reasons name it already.
  private static func text(of image: SkippedImage) -> String {
    image.reason.contains(image.identifier)
      ? image.reason : "\(image.identifier): \(image.reason)"
  }

  /// Names the images that were left out; of many the first.
  private func summarise(_ skipped: [SkippedImage]) {
    guard !skipped.isEmpty else { return }
    let shown = skipped.prefix(20).map { "  \(Self.text(of: $0))\n" }.joined()
    let rest = skipped.count > 20 ? "  and \(skipped.count - 20) more\n" : ""
    StandardError.write(
      "Warning: \(grouped(skipped.count)) \(skipped.count == 1 ? "image was" : "images were") left out:\n"
        + shown + rest)
  }
}

/// How many images a second.
private struct Speed {
  private let start = ContinuousClock().now
  private var count = 0

  mutating func add(_ images: Int) { count += images }

  var text: String {
    let rate = Double(count) / max((ContinuousClock().now - start) / .seconds(1), 1e-3)
    return decimal(rate, places: rate < 10 ? 2 : rate < 100 ? 1 : 0)
  }
}
