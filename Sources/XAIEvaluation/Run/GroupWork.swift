import XAICore
import XAIFoundation
import XAIImage
import XAITensor

/// Images that are evaluated together: their maps, the metrics that judge them, and what these ask for.
///
/// Metrics ask in rounds, an image at a time: when all that was asked about an image is answered, its metrics say what they
/// ask next. The requests of all images are answered in common batches.
struct GroupWork {
  private let evaluation: Evaluation
  private let pictures: [LoadedPicture]
  private let maps: GroupMaps
  private var queue: RequestQueue
  /// One for each metric of each map.
  private var metrics: [MetricEvaluation] = []
  /// The metrics of each image: `members[image]`, by class, explainer and metric.
  private var members: [Range<Int>] = []
  /// The images without a result.
  private var waiting: [Int]
  private var jobs: [RequestQueue.Job] = []
  private var batches: Prefetched<IndexingIterator<[RequestQueue.Job]>, FrameBatch>?

  /// Makes the maps and the plans of all metrics.
  init(on pictures: [LoadedPicture], by evaluation: Evaluation, randomised: RandomisedModels?) throws {
    self.evaluation = evaluation
    self.pictures = pictures
    let maps = try GroupMaps(of: pictures, by: evaluation)
    self.maps = maps
    waiting = Array(pictures.indices)
    queue = RequestQueue(
      about: pictures.map(\.subject), input: maps.input, model: evaluation.model,
      explainers: evaluation.explainers,
      randomised: randomised.map { models in { models[$0] } }, batchSize: evaluation.settings.batchSize)
    for (explainer, pictures) in maps.maps.enumerated() {
      for (picture, attributions) in pictures.enumerated() {
        for map in attributions {
          queue.know(map.scores, picture: picture, explainer: explainer, classIndex: map.classIndex)
        }
      }
    }
    try evaluation.profile.measure("planning frames") { try makePlans() }
  }

  private mutating func makePlans() throws {
    var map = 0
    for (place, subjects) in maps.subjects.enumerated() {
      let start = metrics.count
      for subject in subjects {
        for explainer in evaluation.explainers.indices {
          map += 1
          var judged = self.subject(subject, explainer, of: pictures[place])
          for metric in evaluation.metrics {
            judged.experimentSeed = metric.needs.contains(.seed) ? evaluation.settings.seed : 0
            metrics.append(
              MetricEvaluation(
                try metric.plan(for: judged),
                asker: RequestQueue.Asker(
                  picture: place, classIndex: subject.classIndex, explainer: explainer, map: map,
                  metric: metric.specification), number: metrics.count))
          }
        }
      }
      members.append(start..<metrics.count)
    }
  }

  private func subject(
    _ subject: GroupMaps.Subject, _ explainer: Int, of picture: LoadedPicture
  ) -> MetricSubject {
    var judged = MetricSubject(
      picture: picture.subject, attribution: subject.attributions[explainer],
      probability: subject.answer.probability)
    judged.objects = picture.objects
    judged.logits = subject.answer.logits
    judged.layerCount = evaluation.model.descriptor.layerCount
    return judged
  }

  /// How much of what may have to be asked is answered.
  var share: Double {
    let limit = metrics.reduce(queue.askedCount) { $0 + $1.unaskedLimit }
    return limit == 0 ? 1 : Double(queue.answeredCount) / Double(limit)
  }

  /// Takes those images away that wait for no more answers, in order; what the others ask next is among the next jobs.
  mutating func takeFinished() -> [Int] {
    let finished = waiting.filter { !isAsking(about: $0) }
    waiting.removeAll(where: finished.contains)
    return finished
  }

  /// Whether something about an image is still to be answered.
  private mutating func isAsking(about picture: Int) -> Bool {
    while queue.isAnswered(picture: picture) {
      var isAsking = false
      // What others have asked before may have its answer already, and then this asks again.
      for member in members[picture] where metrics[member].ask(&queue) { isAsking = true }
      if !isAsking { return false }
    }
    return true
  }

  /// Has the model answer a batch of requests; false where there are none.
  mutating func answerNext() throws -> Bool {
    let profile = evaluation.profile
    if jobs.isEmpty {
      // A round has what the answers to the one before call for.
      jobs = queue.takeJobs()
      batches = jobs.prefetched { job in profile.measure("making frames") { job.batch() } }
    }
    guard !jobs.isEmpty, let batch = profile.measure("waiting for frames", { batches?.next() }) else {
      return false
    }
    for metric in try queue.answer(jobs.removeFirst(), batch) {
      profile.measure("judging") { metrics[metric].resume(&queue) }
    }
    return true
  }

  // MARK: - Results

  /// The result of an image that waits for no more answers.
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
    var members = members[place]
    result.subjects = try subjects.enumerated().map { classPlace, subject in
      let hasProbability = evaluation.model.descriptor.output.hasProbabilities
      guard subject.answer.probability.isFinite || !hasProbability else {
        throw EvaluationError.notFinite("the probability of class \(subject.classIndex)")
      }
      return SubjectResult(
        classIndex: subject.classIndex, probability: hasProbability ? subject.answer.probability : nil,
        isPredicted: subject.answer.isPredicted, headEffects: effects?[classPlace],
        maps: try subject.attributions.map { attribution in
          MapResult(
            scores: attribution.pooled.scores, diagnostics: kept(attribution.diagnostics),
            values: try evaluation.metrics.map { metric in
              try checked(metrics[members.removeFirst()].value?.get() ?? nil, of: metric, for: attribution)
            })
        })
    }
    return result
  }

  private func checked(
    _ value: MetricValue?, of metric: any Metric, for attribution: Attribution
  ) throws -> MetricValue? {
    guard value.map({ $0.number.isFinite && $0.curve?.y.allSatisfy(\.isFinite) ?? true }) ?? true else {
      throw EvaluationError.notFinite("\(metric.specification) of \(attribution.explainer)")
    }
    return value
  }

  /// What results keep: of single heads nothing where layers differ in their number, since results have one for all.
  private func kept(_ diagnostics: Diagnostics) -> Diagnostics {
    guard !evaluation.model.descriptor.hasEqualHeadCounts else { return diagnostics }
    return Diagnostics(rankCollapse: diagnostics.rankCollapse, completenessGap: diagnostics.completenessGap)
  }
}
