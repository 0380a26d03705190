import XAICore
import XAIImage
import XAITensor

/// The metrics of a group's maps: which frames they need, round by round, and their values once the answers are there.
struct Judgement {
  private(set) var table = FrameTable()
  private var answers: FrameAnswers
  private let evaluation: Evaluation
  private let pictures: [LoadedPicture]
  private let maps: GroupMaps
  /// `entries[picture][class][explainer]`.
  private let entries: [[[Entry]]]
  /// How many frames of each picture have been asked for and not been answered.
  private var openCounts: [Int]
  private var answeredCount = 0

  /// A map with the sources of its metrics' frames.
  private struct Entry {
    let subject: MetricSubject
    let sources: [Int]
  }

  init(of maps: GroupMaps, pictures: [LoadedPicture], by evaluation: Evaluation) throws {
    self.maps = maps
    self.pictures = pictures
    self.evaluation = evaluation
    answers = FrameAnswers(
      classes: maps.subjects.map { $0.map(\.classIndex) }, meaning: evaluation.model.descriptor.output)
    openCounts = pictures.map { _ in 0 }
    var table = FrameTable()
    var mapNumber = 0
    entries = try pictures.enumerated().map { place, picture in
      try maps.subjects[place].enumerated().map { classPlace, subject in
        try evaluation.explainers.indices.map { explainer in
          let judged = Self.judged(subject, explainer, of: picture)
          mapNumber += 1
          return Entry(
            subject: judged,
            sources: try evaluation.metrics.map { metric in
              table.add(
                try metric.frames(for: judged), picture: place, classPlace: classPlace, map: mapNumber)
            })
        }
      }
    }
    self.table = table
  }

  private static func judged(
    _ subject: GroupMaps.Subject, _ explainer: Int, of picture: LoadedPicture
  ) -> MetricSubject {
    var judged = MetricSubject(
      picture: picture.subject, attribution: subject.attributions[explainer], probability: subject.probability
    )
    judged.objects = picture.objects
    judged.runnerUpScores = subject.runnerUpScores?[explainer]
    judged.randomisedScores = subject.randomisedScores[explainer]
    return judged
  }

  /// How much of what the model may have to see it has seen.
  var share: Double { table.limit == 0 ? 1 : Double(answeredCount) / Double(table.limit) }

  /// Takes those pictures of a list away that have all answers, in order; what the others ask for next is among the next
  /// batches.
  mutating func finished(of waiting: inout [Int]) -> [Int] {
    var finished: [Int] = []
    for place in waiting where !isWaiting(place) { finished.append(place) }
    waiting.removeAll(where: finished.contains)
    return finished
  }

  /// Whether the model must see more before a picture has its result.
  private mutating func isWaiting(_ place: Int) -> Bool {
    let sources = entries[place].joined().flatMap(\.sources)
    while openCounts[place] == 0 {
      let known = table.shown.count
      var isAsking = false
      for source in sources where table.ask(source, after: answers.answers(to: table.sources[source])) {
        isAsking = true
      }
      // Frames that others have asked for before may have their answers already.
      openCounts[place] = table.shown.count - known
      if !isAsking { return false }
    }
    return true
  }

  /// The frames that are waited for, in batches.
  mutating func takeBatches() -> [[Int]] { table.takeBatches(of: evaluation.settings.batchSize) }

  /// Takes in what the model said.
  mutating func add(_ logits: Tensor, to batch: TableBatch) {
    answers.add(logits, to: batch, of: table)
    answeredCount += batch.frames.count
    for frame in batch.frames { openCounts[table.shown[frame].picture] -= 1 }
  }

  /// The result of a picture of the group.
  func result(of place: Int) throws -> PictureResult {
    let picture = pictures[place]
    let subjects = maps.subjects[place]
    let effects =
      evaluation.settings.measuresHeads && !subjects.isEmpty
      ? try HeadEffects.measure(
        picture.subject.input, subjects: subjects, model: evaluation.model,
        batchSize: evaluation.settings.batchSize)
      : nil
    var result = PictureResult(
      position: picture.position, identifier: picture.identifier, label: picture.label)
    if picture.position < evaluation.settings.thumbnailCount {
      result.thumbnail = try evaluation.profile.measure("encoding thumbnails") {
        try picture.image.jpeg(quality: 80)
      }
    }
    result.subjects = try subjects.enumerated().map { classPlace, subject in
      let hasProbability = evaluation.model.descriptor.output.hasProbabilities
      guard subject.probability.isFinite || !hasProbability else {
        throw EvaluationError.notFinite("the probability of class \(subject.classIndex)")
      }
      return SubjectResult(
        classIndex: subject.classIndex, probability: hasProbability ? subject.probability : nil,
        isPredicted: subject.isPredicted, headEffects: effects?[classPlace],
        maps: try evaluation.explainers.indices.map { explainer in
          try map(entries[place][classPlace][explainer], subject.attributions[explainer])
        })
    }
    return result
  }

  private func map(_ entry: Entry, _ attribution: Attribution) throws -> MapResult {
    let values = try zip(evaluation.metrics, entry.sources).map { metric, source in
      let value = try evaluation.profile.measure("judging") {
        try metric.measure(answers.answers(to: table.sources[source]), for: entry.subject)
      }
      guard value.map({ $0.number.isFinite && $0.curve?.y.allSatisfy(\.isFinite) ?? true }) ?? true else {
        throw EvaluationError.notFinite("\(metric.specification) of \(attribution.explainer)")
      }
      return value
    }
    return MapResult(scores: attribution.scores, diagnostics: kept(attribution.diagnostics), values: values)
  }

  /// What results keep: of single heads nothing where layers differ in their number, since results have one for all.
  private func kept(_ diagnostics: Diagnostics) -> Diagnostics {
    guard !evaluation.model.descriptor.hasEqualHeadCounts else { return diagnostics }
    return Diagnostics(rankCollapse: diagnostics.rankCollapse, completenessGap: diagnostics.completenessGap)
  }
}
