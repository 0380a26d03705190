import XAICore
import XAIFigures
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
  /// Whether it has been said that images are turned.
  private var toldTurned = false
  /// The explainers of which it has been said that the class doesn't matter to them.
  private var toldAgnostic: Set<String> = []
  /// Whether it has been said what the colours of signed scores mean.
  private var toldSigned = false
  /// Those of which it has been said that they weight no heads.
  private var toldHeadless: Set<String> = []

  init(_ plan: ExplainPlan) {
    self.plan = plan
    writer = ResultWriter(plan)
    progress = Progress(isShown: !plan.command.quiet)
    if plan.command.montage {
      montage = MontagePages(
        headings: plan.choices.map(\.heading), labels: plan.model.descriptor.labels.map(firstName),
        colourBars: plan.command.drawing.colourBars(of: plan.explainers),
        rowCount: plan.images.count * plan.targetCount,
        columns: plan.command.columns, width: plan.figures?.width)
    }
  }

  /// Explains everything; throws at the end where an image failed, and at once where a file can't be written.
  mutating func run() throws {
    Interruption.watch()
    if !plan.command.quiet { for note in plan.notes { StandardError.write("Note: \(note)\n") } }
    for part in plan.leftOut {
      if plan.command.json { try say(json(part)) }
      if !plan.command.quiet { tell("Note: \(part.folder): \(part.note)\n") }
    }
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
    while let batch = plan.profile.measure("waiting for images", { batches.next() }) {
      for (file, failure) in batch.failures { note(failure, of: file) }
      guard !Interruption.isRequested else { return }
      try explain(batch.images)
      let (handled, total) = (done + failed, plan.images.count)
      guard handled < total else { continue }
      progress.update { imageCount(done: handled, of: total, seconds: $0) }
    }
  }

  /// The decoded batches, in order.
  private var prepared: Prefetched<IndexingIterator<[ArraySlice<ImageFile>]>, PreparedBatch> {
    let (preprocessing, options) = (plan.preprocessing, plan.command.imageOptions)
    let (pixelLimit, orientation, profile) = (options.pixelLimit, options.orientation.exif, plan.profile)
    let originals = drawsImages && plan.command.drawing.view == .original ? PreparedBatch.mostKept : 0
    return plan.batches.prefetched {
      PreparedBatch(
        $0, preprocessing: preprocessing, pixelLimit: pixelLimit, orientation: orientation,
        keepingOriginals: originals, profile: profile)
    }
  }

  /// Explains a batch; one that fails is tried image by image, so that the message names the right one.
  private mutating func explain(_ images: [PreparedBatch.Entry]) throws {
    guard !images.isEmpty else { return }
    let attempt: ExplanationAttempt
    do {
      attempt = try self.attempt(images, by: plan.explainers + headReaders)
    } catch is CancellationError {
      return
    } catch {
      if let image = images.first, images.count == 1 {
        return note(Failure(error), of: image.file)
      }
      for image in images { try explain([image]) }
      return
    }
    let explainers = plan.explainers + headReaders
    let failing = attempt.results.indices.filter { (try? attempt.results[$0].get()) == nil }
    for (index, image) in images.enumerated() {
      guard !Interruption.isRequested else { return }
      var maps: [Result<[Attribution], any Error>] = attempt.results.map { $0.map { $0[index] } }
      if images.count > 1, !failing.isEmpty {
        // One of the images may be to blame: each is tried by itself.
        do {
          let alone = try self.attempt([image], by: failing.map { explainers[$0] })
          for (place, result) in zip(failing, alone.results) { maps[place] = result.map { $0[0] } }
        } catch is CancellationError {
          return
        } catch {
          for place in failing { maps[place] = .failure(error) }
        }
      }
      let backdrop: Backdrop?
      do {
        backdrop = drawsImages ? try self.backdrop(of: image) : nil
      } catch {
        note(Failure(error, otherwise: .inputData), of: image.file)
        continue
      }
      try write(
        image, on: backdrop, maps, logits: attempt.logits[index].elements,
        classes: attempt.targets.classes[index])
      TestMilestone.result.reached()
    }
  }

  /// What reads the single heads that are to be drawn.
  private var headReaders: [any Explainer] { plan.attentionMaps?.explainers.flatMap { $0 } ?? [] }

  private func attempt(
    _ images: [PreparedBatch.Entry], by explainers: [any Explainer]
  ) throws -> ExplanationAttempt {
    try PassProgress.watched(by: watcher) {
      try ExplanationAttempt(
        of: input(images.map(\.image)), targets: plan.targets, by: explainers, using: plan.model)
    }
  }

  /// Shows how far an explainer of many passes is, and stops it where the run is to stop.
  private var watcher: PassProgress.Watcher {
    let (handled, total) = (done + failed, plan.images.count)
    return progress.passes(after: total > 1 ? "\(handled) of \(total) images, " : "")
  }

  /// The model's input of images that have been resized and cropped.
  private func input(_ images: [RGBImage]) throws -> Tensor {
    try plan.profile.measure("normalising images") {
      try plan.preprocessing.withoutResizing.tensor(from: images)
    }
  }
}

// MARK: - Results

extension ExplainRun {
  /// Writes and prints the results of one image: the maps of each explainer, one a class, or why there are none.
  private mutating func write(
    _ image: PreparedBatch.Entry, on backdrop: Backdrop?, _ results: [Result<[Attribution], any Error>],
    logits: [Float], classes: [Int]
  ) throws {
    if image.isTurned, !toldTurned, !plan.command.quiet {
      toldTurned = true
      tell("Note: \(image.file.turnedNote)\n")
    }
    let maps = results.prefix(plan.choices.count)
    let scores = ClassScores(logits: logits, of: plan.model.descriptor)
    let predicted = scores?.predicted
    var missing = 0
    for (choice, result) in zip(plan.choices, maps) {
      guard case .failure(let error) = result else { continue }
      missing += 1
      try note(Failure(error), of: image.file, by: choice)
    }
    guard missing < maps.count else {
      failed += 1
      return
    }
    done += 1
    if missing > 0 { incomplete += 1 }
    var lines = image.file.shownPath + (predicted.map { ": \($0.text)" } ?? "") + "\n"
    let likeness = ClassLikeness(maps.map { try? $0.get() }, classes: classes)
    var seen: Set<Int> = []
    for (target, classIndex) in classes.enumerated() where seen.insert(classIndex).inserted {
      let results = zip(plan.choices, maps).map { choice, result -> MapResult? in
        guard let attribution = try? result.get()[target] else { return nil }
        return MapResult(
          file: image.file, isTurned: image.isTurned, choice: choice, attribution: attribution,
          target: scores?[classIndex], predicted: predicted)
      }
      if let scores, classIndex != scores.predicted.index { lines += "  \(scores[classIndex].text)\n" }
      lines += try write(results, on: backdrop, likeness)
    }
    if let path = try writeAttentionMaps(image, results.dropFirst(plan.choices.count)) {
      lines += "  \(FileName.shown(path))\n"
    }
    if !plan.command.quiet, !plan.command.json { try say(lines) }
    tell(likeness, of: image.file)
  }

  /// Writes the maps of one image and class, one an explainer; gives the lines that tell their files.
  private mutating func write(
    _ results: [MapResult?], on backdrop: Backdrop?, _ likeness: ClassLikeness
  ) throws -> String {
    var lines = ""
    for (place, result) in results.enumerated() {
      guard let result else { continue }
      let alike = likeness.classes(alikeTo: result.attribution.classIndex, by: place)
      let files = try writer.write(result, alike: alike, on: backdrop)
      lines += files.values.sorted().map { "  \(FileName.shown($0))\n" }.joined()
      if plan.command.json {
        try say(json(writer.record(of: result, alike: alike, on: backdrop, files: files)))
      }
      warn(about: result)
    }
    if montage != nil, let place = backdrop?.reduced {
      let drawing = plan.command.drawing
      let overlays = try plan.profile.measure("drawing") {
        try results.map { result in try result.map { try place.overlay(of: $0.attribution, drawing) } }
      }
      let target = results.lazy.compactMap { $0?.target }.first
      if let page = montage?.add(place.image, overlays: overlays, target: target) { try write(page) }
    }
    return lines
  }

  /// Whether maps are drawn, to a file of their own or in a montage.
  private var drawsImages: Bool { writer.draws || plan.command.montage }

  /// What the maps of an image are drawn on.
  private func backdrop(of image: PreparedBatch.Entry) throws -> Backdrop {
    guard plan.command.drawing.view == .original, image.original == nil else {
      return Backdrop(image, plan.preprocessing)
    }
    let options = plan.command.imageOptions
    let original = try plan.profile.measure("reading and decoding") {
      try RGBImage(
        contentsOf: image.file.path, pixelLimit: options.pixelLimit, orientation: options.orientation.exif)
    }
    return Backdrop(original: original, plan.preprocessing)
  }

  private mutating func write(_ page: (name: String, drawing: Drawing)) throws {
    guard let path = try writer.write(page.drawing, name: page.name) else { return }
    if !plan.command.quiet, !plan.command.json { try say("\(FileName.shown(path))\n") }
  }

  /// Draws the grid of all heads of an image, where that was asked for, and gives its path.
  private func writeAttentionMaps(
    _ image: PreparedBatch.Entry, _ results: ArraySlice<Result<[Attribution], any Error>>
  ) throws -> String? {
    guard let grid = plan.attentionMaps else { return nil }
    var maps = try results.map { try $0.get()[0] }[...]
    let layers = grid.explainers.map { heads in
      defer { maps = maps.dropFirst(heads.count) }
      return Array(maps.prefix(heads.count))
    }
    let drawing = try grid.drawing(
      layers, title: "Attention of each head, \(image.file.stem)", columns: plan.command.columns,
      width: plan.figures?.width)
    return try writer.write(drawing, name: "\(image.file.stem).attention-maps")
  }

  /// Says what a user should know before trusting a map.
  private mutating func warn(about result: MapResult) {
    guard !plan.command.quiet else { return }
    if result.attribution.isDegenerate {
      tell(
        "Warning: \(result.file.shownPath): \(result.choice.text) gives every patch the same score; the map says nothing.\n"
      )
    }
    if !result.choice.explainer.descriptor.isClassSpecific, result.target?.index != result.predicted?.index,
      toldAgnostic.insert(result.choice.text).inserted
    {
      tell("Note: \(result.choice.text) gives the same map whatever class is asked about.\n")
    }
    if result.attribution.scoreMeaning.isSigned, drawsImages, !toldSigned {
      toldSigned = true
      let map = plan.command.drawing.style(of: result.attribution).colourMap
      tell(
        "Note: the scores of \(result.choice.text) are signed: \(map == .orangePurple ? "orange" : "red") speaks for the class, \(map == .orangePurple ? "purple" : "blue") against it, and what is near 0 stays the grey of the photograph.\n"
      )
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
      let names = alike.map { firstName(of: labels[$0]) }
      tell(
        "Note: \(file.shownPath): \(choice.text) gives the same map for \(names.joined(separator: " and ")) (rank correlation "
          + "0.99 or more)\(plan.advice(insteadOf: place, likeness))\n")
    }
  }

  /// An image that can't be explained.
  private mutating func note(_ failure: Failure, of file: ImageFile) {
    failed += 1
    firstFailure = firstFailure ?? failure.status
    let isNamed = failure.message.hasPrefix(file.shownPath)
    tell("Error: \(isNamed ? "" : "\(file.shownPath): ")\(failure.message)\n")
  }

  /// Maps of an explainer that an image has to do without.
  private mutating func note(_ failure: Failure, of file: ImageFile, by choice: ExplainerChoice) throws {
    firstFailure = firstFailure ?? failure.status
    tell("Error: \(file.shownPath): \(choice.text): \(failure.message)\n")
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
  struct Entry: Sendable {
    let file: ImageFile
    /// What the model sees.
    let image: RGBImage
    /// The image as it is, where that was asked for and it isn't too large to wait for its turn in memory.
    let original: RGBImage?
    /// Whether it was turned upright.
    let isTurned: Bool
  }

  /// Pixels of an original that is kept until it is drawn on: a larger one is read again then.
  static let mostKept = 4 << 20

  var images: [Entry] = []
  var failures: [(file: ImageFile, failure: Failure)] = []

  /// Reads the images of some files.
  ///
  /// - Parameter mostKept: pixels of an original that is kept; one that can't be read again is kept whatever its size, unless
  ///   this is 0.
  init(
    _ files: ArraySlice<ImageFile>, preprocessing: Preprocessing, pixelLimit: Int,
    orientation: RGBImage.Orientation, keepingOriginals mostKept: Int, profile: Profile?
  ) {
    for file in files {
      do {
        let (image, isTurned) = try profile.measure("reading and decoding") {
          try RGBImage.read(file.path, pixelLimit: pixelLimit, orientation: orientation)
        }
        let seen = try profile.measure("resizing") { try preprocessing.resizedAndCropped(image) }
        let isKept =
          mostKept > 0 && (image.width * image.height <= mostKept || !file.canBeReadAgain)
        images.append(Entry(file: file, image: seen, original: isKept ? image : nil, isTurned: isTurned))
      } catch {
        var failure = Failure(error, otherwise: .inputData)
        if !failure.message.hasPrefix(file.shownPath) {
          failure.message = "\(file.shownPath): \(failure.message)"
        }
        failures.append((file, failure))
      }
    }
  }
}
