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
  /// Images of `done` that lack the maps of an explainer.
  private var incomplete = 0
  private var firstFailure: ExitStatus?
  /// The explainers of which it has been said that the class doesn't matter to them.
  private var toldAgnostic: Set<String> = []
  /// Those of which it has been said that they weight no heads.
  private var toldHeadless: Set<String> = []

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
    if !plan.command.quiet, isInterrupted || failed + incomplete > 0, plan.images.count > 1 { summarise() }
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
    let attempt: ExplanationAttempt
    do {
      attempt = try self.attempt(pictures, by: plan.explainers)
    } catch is CancellationError {
      return
    } catch {
      if let picture = pictures.first, pictures.count == 1 {
        return note(Failure(error), of: picture.file)
      }
      for picture in pictures { try explain([picture]) }
      return
    }
    let failing = attempt.results.indices.filter { (try? attempt.results[$0].get()) == nil }
    for (index, picture) in pictures.enumerated() {
      guard !Interruption.isRequested else { return }
      var maps: [Result<[Attribution], any Error>] = attempt.results.map { $0.map { $0[index] } }
      if pictures.count > 1, !failing.isEmpty {
        // One of the images may be to blame: each is tried by itself.
        do {
          let alone = try self.attempt([picture], by: failing.map { plan.explainers[$0] })
          for (place, result) in zip(failing, alone.results) { maps[place] = result.map { $0[0] } }
        } catch is CancellationError {
          return
        } catch {
          for place in failing { maps[place] = .failure(error) }
        }
      }
      try write(
        picture, maps, logits: attempt.logits[index].elements, classes: attempt.targets.classes[index])
      TestMilestone.result.reached()
    }
  }

  private func attempt(
    _ pictures: [PreparedBatch.Picture], by explainers: [any Explainer]
  ) throws -> ExplanationAttempt {
    try PassProgress.watched(by: watcher) {
      try ExplanationAttempt(
        of: input(pictures.map(\.image)), targets: plan.targets, by: explainers, using: plan.model)
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
  /// Writes and prints the results of one image: the maps of each explainer, one a class, or why there are none.
  private mutating func write(
    _ picture: PreparedBatch.Picture, _ maps: [Result<[Attribution], any Error>], logits: [Float],
    classes: [Int]
  ) throws {
    let scores = ClassScores(logits: logits, of: plan.model.descriptor)
    let predicted = scores?.predicted
    var missing = 0
    for (choice, result) in zip(plan.choices, maps) {
      guard case .failure(let error) = result else { continue }
      missing += 1
      try note(Failure(error), of: picture.file, by: choice)
    }
    guard missing < maps.count else {
      failed += 1
      return
    }
    done += 1
    if missing > 0 { incomplete += 1 }
    var lines = picture.file.path + (predicted.map { ": \($0.text)" } ?? "") + "\n"
    let likeness = ClassLikeness(maps.map { try? $0.get() }, classes: classes)
    var seen: Set<Int> = []
    for (target, classIndex) in classes.enumerated() where seen.insert(classIndex).inserted {
      let results = zip(plan.choices, maps).map { choice, result -> MapResult? in
        guard let attribution = try? result.get()[target] else { return nil }
        return MapResult(
          file: picture.file, picture: picture.image, choice: choice, attribution: attribution,
          target: scores?[classIndex], predicted: predicted)
      }
      if let scores, classIndex != scores.predicted.index { lines += "  \(scores[classIndex].text)\n" }
      lines += try write(results, picture.image, likeness)
    }
    if !plan.command.quiet, !plan.command.json { try say(lines) }
    tell(likeness, of: picture.file)
  }

  /// Writes the maps of one image and class, one an explainer; gives the lines that tell their files.
  private mutating func write(
    _ results: [MapResult?], _ picture: Image, _ likeness: ClassLikeness
  ) throws -> String {
    var lines = ""
    var overlays: [Image?] = []
    for (place, result) in results.enumerated() {
      guard let result else {
        overlays.append(nil)
        continue
      }
      let overlay = montage == nil ? nil : try writer.overlay(result)
      let alike = likeness.classes(alikeTo: result.attribution.classIndex, by: place)
      let files = try writer.write(result, alike: alike) { try overlay ?? writer.overlay(result) }
      lines += files.values.sorted().map { "  \($0)\n" }.joined()
      if plan.command.json {
        try say(
          json(ResultRecord(result, model: plan.model.descriptor.name, alike: alike, files: files)))
      }
      warn(about: result)
      overlays.append(overlay)
    }
    if let page = montage?.add(
      picture, overlays: overlays, target: results.lazy.compactMap { $0?.target }.first)
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
    if plan.command.headWeights, result.attribution.diagnostics.headWeights == nil,
      toldHeadless.insert(result.choice.text).inserted
    {
      tell("Note: \(result.choice.text) weights no heads, so it has no figure of them.\n")
    }
  }

  /// Says which classes an explainer can't tell apart in an image, and what can.
  private mutating func tell(_ likeness: ClassLikeness, of file: ImageFile) {
    guard !plan.command.quiet else { return }
    let labels = plan.model.descriptor.labels
    for (place, choice) in plan.choices.enumerated() {
      guard let alike = likeness.alike(by: place), choice.explainer.descriptor.isClassSpecific else {
        continue
      }
      let names = alike.map { ClassScores.shortLabel(labels[$0]) }
      tell(
        "Note: \(file.path): \(choice.text) gives the same map for \(names.joined(separator: " and ")) (rank correlation "
          + "0.99 or more)\(plan.advice(insteadOf: place, likeness))\n")
    }
  }

  /// An image that can't be explained.
  private mutating func note(_ failure: Failure, of file: ImageFile) {
    failed += 1
    firstFailure = firstFailure ?? failure.status
    let isNamed = failure.message.hasPrefix(file.path)
    tell("Error: \(isNamed ? "" : "\(file.path): ")\(failure.message)\n")
  }

  /// Maps of an explainer that an image has to do without.
  private mutating func note(_ failure: Failure, of file: ImageFile, by choice: ExplainerChoice) throws {
    firstFailure = firstFailure ?? failure.status
    tell("Error: \(file.path): \(choice.text): \(failure.message)\n")
    guard plan.command.json else { return }
    try say(
      json(
        FailureRecord(
          image: file.path, model: plan.model.descriptor.name, explainer: choice.explainer.specification,
          error: failure.message)))
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
        + (incomplete > 0 ? ", \(incomplete) of them not by every explainer" : "")
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
