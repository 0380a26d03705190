import XAICore
import XAIFoundation
import XAIImage
import XAITensor

/// A run of `xai explain`: batch after batch, the next one being decoded meanwhile.
struct ExplainRun {
  private let plan: ExplainPlan
  private let writer: ResultWriter
  private let progress: Progress
  private var montage: MontagePages?
  private var done = 0
  private var failed = 0
  private var firstFailure: ExitStatus?
  /// The explainers of which it has been said that the class doesn't matter to them.
  private var toldAgnostic: Set<String> = []

  init(_ plan: ExplainPlan) {
    self.plan = plan
    writer = ResultWriter(plan)
    progress = Progress(isShown: !plan.command.quiet)
    if plan.command.montage {
      montage = MontagePages(headings: plan.choices.map(\.heading), rowCount: plan.images.count)
    }
  }

  /// Explains everything; throws at the end where an image failed, and at once where a file can't be written.
  mutating func run() throws {
    Interruption.watch()
    if !plan.command.quiet { for note in plan.notes { StandardError.write("Note: \(note)\n") } }
    do {
      try explainAll()
      if let page = montage?.finishPage() { try write(page) }
    } catch {
      progress.clear()
      if done > 0 { summarise() }
      throw error
    }
    progress.clear()
    let isInterrupted = done + failed < plan.images.count
    if !plan.command.quiet, isInterrupted || failed > 0, plan.images.count > 1 { summarise() }
    if isInterrupted { throw Failure(.interrupted, "") }
    if let firstFailure { throw Failure(firstFailure, "") }
  }

  private mutating func explainAll() throws {
    var batches = prepared
    while let batch = plan.profile.measure("waiting for pictures", { batches.next() }) {
      for (file, failure) in batch.failures { note(failure, of: file) }
      guard !Interruption.isRequested else { return }
      try explain(batch.pictures)
      let (handled, total) = (done + failed, plan.images.count)
      guard handled < total else { continue }
      progress.update { pictureCount(done: handled, of: total, seconds: $0) }
    }
  }

  /// The decoded batches, in order.
  private var prepared: Prefetched<IndexingIterator<[ArraySlice<ImageFile>]>, PreparedBatch> {
    let (preprocessing, options) = (plan.preprocessing, plan.command.pictures)
    let (pixelLimit, exif, profile) = (options.pixelLimit, options.exif, plan.profile)
    return plan.batches.prefetched {
      PreparedBatch(
        $0, preprocessing: preprocessing, pixelLimit: pixelLimit, appliesOrientation: exif,
        profile: profile)
    }
  }

  /// Explains a batch; one that fails is tried image by image, so that the message names the right one.
  private mutating func explain(_ pictures: [PreparedBatch.Picture]) throws {
    guard !pictures.isEmpty else { return }
    let explanation: Explanation
    do {
      explanation = try PassProgress.watched(by: watcher) {
        try Explanation(
          of: input(pictures.map(\.image)), targets: plan.targets, by: plan.explainers, using: plan.model)
      }
    } catch is CancellationError {
      return
    } catch {
      if let picture = pictures.first, pictures.count == 1 {
        var failure = Failure(error)
        failure.message = "\(picture.file.path): \(failure.message)"
        return note(failure, of: picture.file)
      }
      for picture in pictures { try explain([picture]) }
      return
    }
    for (index, picture) in pictures.enumerated() {
      guard !Interruption.isRequested else { return }
      try write(picture, index, of: explanation)
      done += 1
      TestMilestone.result.reached()
    }
  }

  /// Shows how far an explainer of many passes is, and stops it where the run is to stop.
  private var watcher: PassProgress.Watcher {
    let (handled, total) = (done + failed, plan.images.count)
    return progress.passes(after: total > 1 ? "\(handled) of \(total) images, " : "")
  }

  /// The model's input of images that have been resized and cropped.
  private func input(_ images: [Image]) throws -> Tensor {
    try plan.profile.measure("normalising pictures") {
      try plan.preprocessing.withoutResizing.tensor(from: images)
    }
  }
}

// MARK: - Results

extension ExplainRun {
  /// Writes and prints the results of one image.
  private mutating func write(
    _ picture: PreparedBatch.Picture, _ index: Int, of explanation: Explanation
  ) throws {
    let scores = ClassScores(logits: explanation.logits[index].elements, of: plan.model.descriptor)
    let predicted = scores?.predicted
    var lines = picture.file.path + (predicted.map { ": \($0.text)" } ?? "") + "\n"
    var seen: Set<Int> = []
    for (target, classIndex) in explanation.targets.classes[index].enumerated()
    where seen.insert(classIndex).inserted {
      let results = plan.choices.indices.map { choice in
        MapResult(
          file: picture.file, picture: picture.image, choice: plan.choices[choice],
          attribution: explanation.attributions[choice][index][target],
          target: scores?[classIndex], predicted: predicted)
      }
      if let scores, classIndex != scores.predicted.index { lines += "  \(scores[classIndex].text)\n" }
      lines += try write(results)
    }
    if !plan.command.quiet, !plan.command.json { try say(lines) }
  }

  /// Writes the maps of one image and class; gives the lines that tell their files.
  private mutating func write(_ results: [MapResult]) throws -> String {
    var lines = ""
    var overlays: [Image] = []
    for result in results {
      let overlay = montage == nil ? nil : try writer.overlay(result)
      let files = try writer.write(result) { try overlay ?? writer.overlay(result) }
      lines += files.values.sorted().map { "  \($0)\n" }.joined()
      if plan.command.json {
        try say(json(ResultRecord(result, model: plan.model.descriptor.name, files: files)))
      }
      warn(about: result)
      overlay.map { overlays.append($0) }
    }
    if let first = results.first,
      let page = montage?.add(first.picture, overlays: overlays, target: first.target)
    {
      try write(page)
    }
    return lines
  }

  private mutating func write(_ page: (name: String, image: Image)) throws {
    let path = OutputFolder.path(
      plan.command.output, "\(page.name).\(plan.command.drawing.fileExtension)")
    try plan.profile.measure("encoding and writing") { try page.image.write(to: path) }
    if !plan.command.quiet, !plan.command.json { try say("\(path)\n") }
  }

  /// Says what a user should know before trusting a map.
  private mutating func warn(about result: MapResult) {
    guard !plan.command.quiet else { return }
    if result.attribution.isDegenerate {
      tell(
        "Warning: \(result.file.path): \(result.choice.text) gives every patch the same score; the map says nothing.\n"
      )
    }
    if !result.choice.explainer.descriptor.isClassSpecific, result.target?.index != result.predicted?.index,
      toldAgnostic.insert(result.choice.text).inserted
    {
      tell("Note: \(result.choice.text) gives the same map whatever class is asked about.\n")
    }
    if plan.command.headWeights, result.attribution.diagnostics.headWeights == nil, done == 0 {
      tell("Note: \(result.choice.text) weights no heads, so it has no figure of them.\n")
    }
  }

  private mutating func note(_ failure: Failure, of file: ImageFile) {
    failed += 1
    firstFailure = firstFailure ?? failure.status
    tell("Error: \(failure.message)\n")
  }

  private mutating func say(_ text: String) throws {
    progress.clear()
    try StandardOutput.write(text)
  }

  private mutating func tell(_ text: String) {
    progress.clear()
    StandardError.write(text)
  }

  private func summarise() {
    let rest = plan.images.count - done - failed
    StandardError.write(
      "\(done) of \(plan.images.count) images explained"
        + (failed > 0 ? ", \(failed) failed" : "") + (rest > 0 ? ", \(rest) not done" : "") + ".\n")
  }
}

/// Images that are decoded, resized and cropped, and what went wrong with the others.
struct PreparedBatch: Sendable {
  struct Picture: Sendable {
    let file: ImageFile
    /// What the model sees.
    let image: Image
  }

  var pictures: [Picture] = []
  var failures: [(file: ImageFile, failure: Failure)] = []

  /// Reads the images of some files.
  init(
    _ files: ArraySlice<ImageFile>, preprocessing: Preprocessing, pixelLimit: Int, appliesOrientation: Bool,
    profile: Profile?
  ) {
    for file in files {
      do {
        let image = try profile.measure("reading and decoding") {
          try Image(contentsOf: file.path, pixelLimit: pixelLimit, applyOrientation: appliesOrientation)
        }
        let seen = try profile.measure("resizing") { try preprocessing.resizedAndCropped(image) }
        pictures.append(Picture(file: file, image: seen))
      } catch {
        var failure = Failure(error, otherwise: .inputData)
        if !failure.message.hasPrefix(file.path) { failure.message = "\(file.path): \(failure.message)" }
        failures.append((file, failure))
      }
    }
  }
}
