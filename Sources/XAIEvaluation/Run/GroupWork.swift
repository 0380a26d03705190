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
  private let images: [LoadedImage]
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
  init(on images: [LoadedImage], by evaluation: Evaluation, randomised: RandomisedModels?) throws {
    self.evaluation = evaluation
    self.images = images
    let maps = try GroupMaps(of: images, by: evaluation)
    self.maps = maps
    waiting = Array(images.indices)
    queue = RequestQueue(
      about: images.map(\.subject), input: maps.input, model: evaluation.model,
      explainers: evaluation.explainers,
      randomised: randomised.map { models in { models[$0] } }, batchSize: evaluation.settings.batchSize)
    for (explainer, images) in maps.maps.enumerated() {
      for (image, attributions) in images.enumerated() {
        for map in attributions {
          queue.know(map.pooled.scores, image: image, explainer: explainer, classIndex: map.classIndex)
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
          guard let attribution = try? subject.attributions[explainer].get() else { continue }
          var judged = try self.subject(subject, attribution, of: images[place])
          for metric in evaluation.metrics {
            judged.experimentSeed = metric.needs.contains(.seed) ? evaluation.settings.seed : 0
            metrics.append(
              MetricEvaluation(
                try metric.plan(for: judged),
                asker: RequestQueue.Asker(
                  image: place, classIndex: subject.classIndex, explainer: explainer, map: map,
                  metric: metric.specification), number: metrics.count))
          }
        }
      }
      members.append(start..<metrics.count)
    }
  }

  private func subject(
    _ subject: GroupMaps.Subject, _ attribution: Attribution, of image: LoadedImage
  ) throws -> MetricSubject {
    var judged = try MetricSubject(
      image: image.subject, attribution: attribution, probability: subject.answer.probability)
    judged.objects = image.objects
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
  private mutating func isAsking(about image: Int) -> Bool {
    while queue.isAnswered(image: image) {
      var isAsking = false
      // What others have asked before may have its answer already, and then this asks again.
      for member in members[image] where metrics[member].ask(&queue) { isAsking = true }
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
  func result(of place: Int) throws -> ImageResult {
    let image = images[place]
    let subjects = maps.subjects[place]
    let effects =
      evaluation.settings.measuresHeads && !subjects.isEmpty
      ? try HeadEffects.measure(
        image.subject.input, subjects: subjects, model: evaluation.model,
        batchSize: evaluation.settings.batchSize)
      : nil
    var result = ImageResult(
      position: image.position, identifier: image.identifier, label: image.label, content: image.content)
    result.labelRank = maps.labelRanks[place]
    if image.position < evaluation.settings.thumbnailCount {
      result.thumbnail = try evaluation.profile.measure("encoding thumbnails") {
        try image.image.jpeg(quality: 80)
      }
      result.outlines = image.objects.map { ObjectOutline(of: $0, width: image.image.width) }
    }
    var members = self.members[place]
    result.subjects = try subjects.enumerated().map { classPlace, subject in
      let hasProbability = evaluation.model.descriptor.output.hasProbabilities
      guard subject.answer.probability.isFinite || !hasProbability else {
        throw EvaluationError.notFinite("the probability of class \(subject.classIndex)")
      }
      return SubjectResult(
        classIndex: subject.classIndex, probability: hasProbability ? subject.answer.probability : nil,
        isPredicted: subject.answer.isPredicted, headEffects: effects?[classPlace],
        maps: try subject.attributions.map { attribution in
          switch attribution {
          case .success(let attribution):
            let count = evaluation.metrics.count
            defer { members = members.dropFirst(count) }
            return try mapResult(of: attribution, members.prefix(count))
          case .failure(let error):
            return MapResult(
              scores: [], diagnostics: Diagnostics(), values: evaluation.metrics.map { _ in nil },
              failure: "\(error)")
          }
        })
    }
    return result
  }

  /// A map with the values of its metrics; one that the explainer failed to make further maps for is missing, with the reason.
  private func mapResult(of attribution: Attribution, _ members: Range<Int>) throws -> MapResult {
    var map = MapResult(
      scores: attribution.pooled.scores, diagnostics: kept(attribution.diagnostics), values: [])
    for (metric, member) in zip(evaluation.metrics, members) {
      do {
        map.values.append(try checked(metrics[member].value?.get() ?? nil, of: metric, for: attribution))
      } catch MetricError.noMap(let reason) {
        map.values.append(nil)
        map.failure = map.failure ?? "\(metric.specification): \(reason)"
      }
    }
    return map
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
