import XAICore
import XAITraining

/// Tells programs: one JSON line an event on standard output.
struct TrainingJSONReporter: TrainingReporter {
  func tell(_ event: TrainingEvent) throws { try write(EventLine(event)) }

  func finished(_ record: TrainingRecord, files: [String], seconds: Double) throws {
    var line = EventLine(end: "finished", record)
    (line.files, line.seconds) = (files, seconds)
    try write(line)
  }

  func alreadyFinished(_ record: TrainingRecord) throws {
    try write(EventLine(end: "already-finished", record))
  }

  func stopped(step: Int, skipped: [SkippedImage]) throws {
    var line = EventLine(event: "stopped")
    (line.step, line.skipped) = (step, skipped)
    try write(line)
  }

  func clear() {}

  private func write(_ line: EventLine) throws { try StandardOutput.write(json(line)) }
}

/// An event as a JSON object; what does not belong to it is absent.
private struct EventLine: Encodable {
  var event: String
  var step: Int?
  var steps: Int?
  var stepsPerEpoch: Int?
  var epoch: Double?
  var loss: Double?
  var accuracy: Double?
  var validationLoss: Double?
  var validationAccuracy: Double?
  var learningRate: Double?
  var gradientNorm: Double?
  var images: Int?
  var done: Int?
  var of: Int?
  var image: String?
  var text: String?
  var skipped: [SkippedImage]?
  var files: [String]?
  var seconds: Double?

  init(event: String) { self.event = event }

  init(end event: String, _ record: TrainingRecord) {
    self.init(event: event)
    step = record.history.rows.last?.step
    skipped = record.skipped
    (validationLoss, validationAccuracy) = (
      record.history.lastValidation?.validationLoss, record.history.lastValidation?.validationAccuracy
    )
  }

  init(_ event: TrainingEvent) {
    switch event {
    case .began(let step, let steps, let stepsPerEpoch):
      self.init(event: "began")
      (self.step, self.steps, self.stepsPerEpoch) = (step, steps, stepsPerEpoch)
    case .step(let report):
      self.init(event: "step")
      (step, images, loss, accuracy) = (report.step, report.imageCount, report.loss, report.accuracy)
      (learningRate, gradientNorm) = (report.learningRate, report.gradientNorm)
    case .validating(let done, let count):
      self.init(event: "validating")
      (self.done, of) = (done, count)
    case .row(let row):
      self.init(event: "row")
      (step, epoch, learningRate) = (row.step, row.epoch, row.learningRate)
      (loss, accuracy) = (row.trainingLoss, row.trainingAccuracy)
      (validationLoss, validationAccuracy) = (row.validationLoss, row.validationAccuracy)
    case .checkpoint(let step):
      self.init(event: "checkpoint")
      self.step = step
    case .skipped(let skipped):
      self.init(event: "skipped")
      (image, text) = (skipped.identifier, skipped.reason)
    case .note(let note):
      self.init(event: "note")
      text = note
    }
  }
}
