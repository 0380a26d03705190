import XAICore
import XAITensor

/// What the metrics of some images ask for, each different thing once, in batches.
///
/// Requests are gathered by ``ask(_:_:by:for:)``, taken in batches by ``takeJobs()`` and answered by ``answer(_:_:)``. A frame is
/// held as its plan and its number, and made when its batch is built; a row of logits is let go when all who asked for it
/// have read it, except for frames that later rounds may ask for again. Memory is that of a batch, and of the rows of the
/// rounds that wait for their last answer.
struct RequestQueue {
  /// Where a request comes from.
  struct Asker: Sendable {
    /// The image's place among those of the queue.
    let image: Int
    /// The class that is asked about.
    let classIndex: Int
    /// The place of the explainer among those of the queue; nil where it is not known.
    let explainer: Int?
    /// A number of the map's own.
    let map: Int
    /// The metric, for errors.
    let metric: String

    /// Says where a request comes from.
    init(image: Int, classIndex: Int, explainer: Int?, map: Int, metric: String) {
      (self.image, self.classIndex, self.explainer) = (image, classIndex, explainer)
      (self.map, self.metric) = (map, metric)
    }
  }

  /// A request: what is asked about a frame.
  private enum Question: Hashable {
    case logits
    case map(explainer: Int, classIndex: Int, of: ExplainedModel)
  }

  /// Which frames are the same: those of a name, of an image or of one of its maps.
  private struct FrameKey: Hashable {
    let owner: Int
    let isMap: Bool
    let name: String
  }

  private struct Key: Hashable {
    let frame: FrameKey
    let question: Question
  }

  private enum Answer {
    case logits(LogitRow)
    case map([Float])
    /// An explainer that failed.
    case failure(any Error)
  }

  /// A request that was taken in, with all who asked it.
  private struct Entry {
    let question: Question
    let image: Int
    let frame: (plan: FramePlan, index: Int)
    /// Nil for a frame that is like no other.
    let frameKey: FrameKey?
    let isWhole: Bool
    /// Which others it can be shown with.
    let batchKind: Int
    /// Who waits for the answer, as often as they asked.
    var waiting: [Int] = []
    /// How often the answer is still to be read.
    var readers = 0
    var answer: Answer?
  }

  /// Requests that the model, or explainers of it, answer together.
  struct Job: Sendable {
    /// Nil for logits.
    fileprivate let map: ExplainedModel?
    /// The entries that each row of the batch answers.
    fileprivate let rows: [[Int]]
    private let frames: [(plan: FramePlan, index: Int)]
    private let images: [SubjectImage]
    /// The batch itself, where it is that of the images as they are.
    private let input: Tensor?

    fileprivate init(
      _ rows: [[Int]], map: ExplainedModel?, frames: [(plan: FramePlan, index: Int)],
      of images: [SubjectImage], input: Tensor? = nil
    ) {
      (self.rows, self.map, self.frames, self.images, self.input) = (rows, map, frames, images, input)
    }

    /// Builds what the model sees, on any thread.
    func batch() -> FrameBatch {
      input.map { FrameBatch($0) }
        ?? FrameBatch(frames.map { $0.plan[$0.index].content }, of: images.map(\.input))
    }
  }

  private let model: any Model
  private let explainers: [any Explainer]
  private let images: [SubjectImage]
  /// The whole images, [images, 3, H, W], as the explainers of the maps that are judged saw them.
  private let input: Tensor
  private let batchSize: Int
  private let randomised: ((_ stage: Int) -> any Model)?
  private var entries: [Entry] = []
  private var known: [Key: Int] = [:]
  private var pending: [Int] = []
  /// How many answers each asker still waits for.
  private var missing: [Int: Int] = [:]
  /// How many requests about each image are not answered.
  private var open: [Int]
  /// How many requests were taken in, and how many of them are answered.
  private(set) var askedCount = 0
  private(set) var answeredCount = 0

  /// Inputs whose traces are in memory at once for further maps: those of an explainer with gradients are large.
  private static let mapBatchSize = 4

  /// Makes an empty queue.
  ///
  /// - Parameters:
  ///   - images: the images that are asked about.
  ///   - input: all of them as the model saw them whole, [images, 3, H, W].
  ///   - model: whose logits are asked for.
  ///   - explainers: those that further maps are asked of.
  ///   - randomised: the model with random weights down to a stage; nil where its weights can't be replaced.
  ///   - batchSize: frames that the model sees at once.
  init(
    about images: [SubjectImage], input: Tensor, model: any Model, explainers: [any Explainer],
    randomised: ((_ stage: Int) -> any Model)?, batchSize: Int
  ) {
    (self.images, self.input, self.batchSize) = (images, input, batchSize)
    (self.model, self.explainers, self.randomised) = (model, explainers, randomised)
    open = images.map { _ in 0 }
  }

  // MARK: - Asking

  /// Takes in a map of a whole image that is known from elsewhere.
  mutating func know(_ scores: [Float], image: Int, explainer: Int, classIndex: Int) {
    let question = Question.map(explainer: explainer, classIndex: classIndex, of: .same)
    let frame = Self.key(of: .whole, image: image, map: 0)
    var entry = Entry(
      question: question, image: image, frame: (FramePlan([.whole]), 0), frameKey: frame, isWhole: true,
      batchKind: Frame.whole.batchKind)
    entry.answer = .map(scores)
    if let frame { known[Key(frame: frame, question: question)] = entries.count }
    entries.append(entry)
  }

  /// Takes in the requests of a round, and gives their numbers: those of logits, then those of maps.
  mutating func ask(
    _ logits: FramePlan, _ maps: [MapRequest], by asker: Asker, for waiter: Int
  ) throws(MetricError) -> [Int] {
    missing[waiter] = 0
    var numbers: [Int] = []
    for index in 0..<logits.count { numbers.append(add(.logits, (logits, index), by: asker, for: waiter)) }
    let frames = FramePlan(maps.map(\.frame))
    for (index, request) in maps.enumerated() {
      guard let explainer = asker.explainer else { throw .noExplainer(metric: asker.metric) }
      guard request.frame.batchKind == Frame.whole.batchKind else {
        throw .mapOfPatches(metric: asker.metric)
      }
      let question = Question.map(
        explainer: explainer, classIndex: request.classIndex ?? asker.classIndex, of: request.model)
      numbers.append(add(question, (frames, index), by: asker, for: waiter))
    }
    return numbers
  }

  private static func key(of frame: Frame, image: Int, map: Int) -> FrameKey? {
    switch frame.identity {
    case .ofImage(let name): FrameKey(owner: image, isMap: false, name: name)
    case .ofMap(let name): FrameKey(owner: map, isMap: true, name: name)
    case .unique: nil
    }
  }

  private mutating func add(
    _ question: Question, _ place: (plan: FramePlan, index: Int), by asker: Asker, for waiter: Int
  ) -> Int {
    let frame = place.plan[place.index]
    let frameKey = Self.key(of: frame, image: asker.image, map: asker.map)
    let key = frameKey.map { Key(frame: $0, question: question) }
    let number = key.flatMap { known[$0] } ?? entries.count
    if number == entries.count {
      var isWhole = false
      if case .whole = frame.content { isWhole = true }
      entries.append(
        Entry(
          question: question, image: asker.image, frame: place, frameKey: frameKey, isWhole: isWhole,
          batchKind: frame.batchKind))
      if let key { known[key] = number }
      pending.append(number)
      open[asker.image] += 1
      askedCount += 1
    }
    entries[number].readers += 1
    if entries[number].answer == nil {
      entries[number].waiting.append(waiter)
      missing[waiter, default: 0] += 1
    }
    return number
  }

  /// Whether no request about an image is without an answer.
  func isAnswered(image: Int) -> Bool { open[image] == 0 }

  /// Whether all that was asked for a waiter has its answer.
  func hasAnswers(for waiter: Int) -> Bool { missing[waiter] == 0 }

  /// Reads the answers to requests, each once: logits about a class, then maps; throws where an explainer failed.
  mutating func read(_ numbers: [Int], about classIndex: Int) throws -> MetricAnswers {
    var (logits, maps): ([FrameAnswer], [[Float]]) = ([], [])
    for number in numbers {
      switch entries[number].answer {
      case .logits(let row): logits.append(row.answer(about: classIndex))
      case .map(let scores): maps.append(scores)
      case .failure(let error): throw MetricError.noMap(reason: "\(error)")
      case nil: fatalError("request \(number) is read before it is answered")
      }
      entries[number].readers -= 1
      if entries[number].readers == 0, entries[number].frameKey == nil { entries[number].answer = nil }
    }
    return MetricAnswers(logits: logits, maps: maps)
  }

  // MARK: - Answering

  /// Ends a round: what was asked for since the last one, in the order in which it is answered: maps, then logits.
  mutating func takeJobs() -> [Job] {
    defer { pending = [] }
    let logits = pending.filter { entries[$0].question == .logits }
    return mapJobs(pending.filter { entries[$0].question != .logits })
      + FrameBatch.batches(logits, of: batchSize) { entries[$0].batchKind }.map { numbers in
        job(numbers.map { [$0] }, map: nil)
      }
  }

  private func job(_ rows: [[Int]], map: ExplainedModel?) -> Job {
    let first = rows.map { entries[$0[0]] }
    return Job(rows, map: map, frames: first.map(\.frame), of: first.map { images[$0.image] })
  }

  /// Maps of the same frame share its pass; those of whole images are made as the maps that are judged were, all images
  /// in one batch.
  private func mapJobs(_ numbers: [Int]) -> [Job] {
    var jobs: [Job] = []
    for model in unique(numbers.compactMap { explainedModel(of: $0) }) {
      let asked = numbers.filter { explainedModel(of: $0) == model }
      let whole = asked.filter { entries[$0].isWhole }
      if !whole.isEmpty {
        let rows = images.indices.map { image in whole.filter { entries[$0].image == image } }
        jobs.append(Job(rows, map: model, frames: [], of: [], input: input))
      }
      jobs += changedRows(asked.filter { !entries[$0].isWhole }).map { job($0, map: model) }
    }
    return jobs
  }

  /// The rows of batches, so that each explainer explains only frames that it was asked about.
  private func changedRows(_ numbers: [Int]) -> [[[Int]]] {
    var (rows, places): ([[Int]], [FrameKey: Int]) = ([], [:])
    for number in numbers {
      if let key = entries[number].frameKey {
        if let place = places[key] {
          rows[place].append(number)
          continue
        }
        places[key] = rows.count
      }
      rows.append([number])
    }
    let explainers = rows.map { unique($0.compactMap { explainer(of: $0) }).sorted() }
    return unique(explainers).flatMap { list in
      let same = rows.indices.filter { explainers[$0] == list }.map { rows[$0] }
      return stride(from: 0, to: same.count, by: Self.mapBatchSize).map {
        Array(same[$0..<min($0 + Self.mapBatchSize, same.count)])
      }
    }
  }

  private func unique<Value: Hashable>(_ values: [Value]) -> [Value] {
    var seen: Set<Value> = []
    return values.filter { seen.insert($0).inserted }
  }

  private func explainedModel(of number: Int) -> ExplainedModel? {
    if case .map(_, _, let model) = entries[number].question { model } else { nil }
  }

  private func explainer(of number: Int) -> Int? {
    if case .map(let explainer, _, _) = entries[number].question { explainer } else { nil }
  }

  /// Puts the requests of a job to the model, and gives those who now have all answers that they wait for.
  mutating func answer(_ job: Job, _ batch: FrameBatch) throws -> [Int] {
    if let variant = job.map {
      return try answerMaps(job.rows, batch.input, of: explained(variant))
    }
    let logits = try batch.logits(of: model)
    var ready: [Int] = []
    for (row, numbers) in job.rows.enumerated() {
      let answer = Answer.logits(
        LogitRow(logits[row].elements, meaning: model.descriptor.output))
      for number in numbers { ready += take(answer, for: number) }
    }
    return ready
  }

  private func explained(_ variant: ExplainedModel) throws -> any Model {
    guard case .randomised(let stage) = variant else { return model }
    guard let randomised else {
      throw ModelError.notTrainable(
        model: model.descriptor.name, reason: "its weights can't be replaced by random ones")
    }
    return randomised(stage)
  }

  private mutating func answerMaps(
    _ rows: [[Int]], _ input: Tensor, of model: any Model
  ) throws -> [Int] {
    let asked = unique(rows.joined().compactMap { explainer(of: $0) }).sorted()
    let recording = try asked.reduce(Recording()) {
      try $0.union(explainers[$1].recording(for: model.descriptor))
    }
    let trace = try model.forward(input, recording: recording)
    _ = try model.finite(trace.logits, of: input)
    var ready: [Int] = []
    for explainer in asked {
      let own = rows.map { $0.filter { self.explainer(of: $0) == explainer } }
      let targets = PaddedTargets(own.map { $0.compactMap { classIndex(of: $0) } })
      let maps: [[Attribution]]
      do {
        maps = try explainers[explainer].maps(of: trace, targets: targets.targets, using: model)
      } catch let error as CancellationError {
        throw error
      } catch {
        for number in own.joined() { ready += take(.failure(error), for: number) }
        continue
      }
      for (row, numbers) in own.enumerated() {
        for number in numbers {
          guard let classIndex = classIndex(of: number) else { continue }
          let scores = maps[row][targets.place(of: classIndex, image: row)].pooled.scores
          ready += take(.map(scores), for: number)
        }
      }
    }
    return ready
  }

  private func classIndex(of number: Int) -> Int? {
    if case .map(_, let classIndex, _) = entries[number].question { classIndex } else { nil }
  }

  /// Keeps an answer, and gives those who wait for nothing else.
  private mutating func take(_ answer: Answer, for number: Int) -> [Int] {
    entries[number].answer = answer
    open[entries[number].image] -= 1
    answeredCount += 1
    let waiting = entries[number].waiting
    entries[number].waiting = []
    return waiting.filter { waiter in
      let left = (missing[waiter] ?? 1) - 1
      missing[waiter] = left
      return left == 0
    }
  }
}
