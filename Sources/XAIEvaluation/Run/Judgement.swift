import XAICore
import XAIImage
import XAITensor

/// The metrics of a group's maps: which frames they need, and their values once the answers are there.
struct Judgement {
  let table: FrameTable
  private let evaluation: Evaluation
  private let pictures: [LoadedPicture]
  private let maps: GroupMaps
  /// `entries[picture][class][explainer]`.
  private let entries: [[[Entry]]]

  /// A map with the sources of its metrics' frames.
  private struct Entry {
    let subject: MetricSubject
    let sources: [Int]
  }

  init(of maps: GroupMaps, pictures: [LoadedPicture], by evaluation: Evaluation) throws {
    self.maps = maps
    self.pictures = pictures
    self.evaluation = evaluation
    var table = FrameTable()
    var mapNumber = 0
    entries = try pictures.enumerated().map { place, picture in
      try maps.subjects[place].enumerated().map { classPlace, subject in
        try evaluation.explainers.indices.map { explainer in
          let judged = Self.judged(subject, explainer, of: picture, by: evaluation)
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
    table.arrange(batchSize: evaluation.settings.batchSize)
    self.table = table
  }

  private static func judged(
    _ subject: GroupMaps.Subject, _ explainer: Int, of picture: LoadedPicture, by evaluation: Evaluation
  ) -> MetricSubject {
    var judged = MetricSubject(
      pixels: picture.pixels, preprocessing: evaluation.model.descriptor.preprocessing,
      attribution: subject.attributions[explainer], probability: subject.probability)
    judged.objects = picture.objects
    judged.runnerUpScores = subject.runnerUpScores?[explainer]
    judged.randomisedScores = subject.randomisedScores[explainer]
    return judged
  }

  /// The result of a picture of the group.
  func result(of place: Int, answers: FrameAnswers, input: PictureInput) throws -> PictureResult {
    let picture = pictures[place]
    let subjects = maps.subjects[place]
    let effects =
      evaluation.settings.measuresHeads && !subjects.isEmpty
      ? try HeadEffects.measure(
        input, subjects: subjects, model: evaluation.model, batchSize: evaluation.settings.batchSize)
      : nil
    var result = PictureResult(
      position: picture.position, identifier: picture.identifier, label: picture.label)
    if picture.position < evaluation.settings.thumbnailCount {
      result.thumbnail = try picture.image.jpeg(quality: 80)
    }
    result.subjects = try subjects.enumerated().map { classPlace, subject in
      guard subject.probability.isFinite else {
        throw EvaluationError.notFinite("the probability of class \(subject.classIndex)")
      }
      return SubjectResult(
        classIndex: subject.classIndex, probability: subject.probability, isPredicted: subject.isPredicted,
        headEffects: effects?[classPlace],
        maps: try evaluation.explainers.indices.map { explainer in
          try map(entries[place][classPlace][explainer], subject.attributions[explainer], answers)
        })
    }
    return result
  }

  private func map(_ entry: Entry, _ attribution: Attribution, _ answers: FrameAnswers) throws -> MapResult {
    let values = try zip(evaluation.metrics, entry.sources).map { metric, source in
      let value = try metric.measure(answers.answers(to: table.sources[source]), for: entry.subject)
      guard value.map({ $0.number.isFinite && $0.curve?.y.allSatisfy(\.isFinite) ?? true }) ?? true else {
        throw EvaluationError.notFinite("\(metric.specification) of \(attribution.explainer)")
      }
      return value
    }
    return MapResult(scores: attribution.scores, diagnostics: attribution.diagnostics, values: values)
  }
}
