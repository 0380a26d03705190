import XAICore
import XAIImage
import XAITensor

/// The maps of a group of pictures: one forward pass for all explainers, and one reverse pass each for all classes.
struct GroupMaps {
  /// A class of a picture with its maps.
  struct Subject {
    let classIndex: Int
    let logit: Float
    let probability: Float
    let isPredicted: Bool
    /// One an explainer.
    let attributions: [Attribution]
    /// The scores for the next likeliest class, one list an explainer; nil where no metric needs them.
    var runnerUpScores: [[Float]]?
    /// The scores of the models with random weights, `[explainer][model]`.
    var randomisedScores: [[[Float]]] = []
  }

  /// `subjects[picture]`.
  private(set) var subjects: [[Subject]] = []

  init(of pictures: [LoadedPicture], by evaluation: Evaluation, randomised: [any Model]) throws {
    let (model, explainers) = (evaluation.model, evaluation.explainers)
    let descriptor = model.descriptor
    let input = try descriptor.preprocessing.withoutResizing.tensor(from: pictures.map(\.image))
    let trace = try model.forward(input, recording: evaluation.recording)
    let logits = (0..<pictures.count).map { trace.logits[$0].elements }
    let asked = try evaluation.settings.target.classes(
      of: pictures, logits: trace.logits, labels: descriptor.labels)
    guard asked.contains(where: { !$0.isEmpty }) else {
      subjects = pictures.map { _ in [] }
      return
    }
    let runnersUp = evaluation.needs.contains(.runnerUp) ? Self.runnersUp(of: asked, logits: logits) : nil
    let targets = PaddedTargets(asked, and: runnersUp)
    let maps = try explainers.map { try $0.explain(trace, targets: targets.targets, using: model) }
    subjects = pictures.indices.map { picture in
      asked[picture].enumerated().map { place, classIndex in
        func map(_ explainer: Int, _ classIndex: Int) -> Attribution {
          maps[explainer][picture][targets.place(of: classIndex, picture: picture)]
        }
        let runnerUp = runnersUp?[picture][place]
        let answer = FrameAnswer(
          logits: logits[picture], meaning: descriptor.output, classIndex: classIndex)
        return Subject(
          classIndex: classIndex, logit: logits[picture][classIndex], probability: answer.probability,
          isPredicted: answer.isPredicted,
          attributions: explainers.indices.map { map($0, classIndex) },
          runnerUpScores: runnerUp.map { runnerUp in explainers.indices.map { map($0, runnerUp).scores } })
      }
    }
    try addRandomised(randomised, input: input, asked: asked, by: evaluation)
  }

  /// Asks the models with random weights for the same classes.
  private mutating func addRandomised(
    _ models: [any Model], input: Tensor, asked: [[Int]], by evaluation: Evaluation
  ) throws {
    let targets = PaddedTargets(asked, and: nil)
    for picture in subjects.indices {
      for place in subjects[picture].indices {
        subjects[picture][place].randomisedScores = evaluation.explainers.map { _ in [] }
      }
    }
    for model in models {
      let trace = try model.forward(input, recording: evaluation.recording)
      for (index, explainer) in evaluation.explainers.enumerated() {
        let maps = try explainer.explain(trace, targets: targets.targets, using: model)
        for picture in subjects.indices {
          for place in subjects[picture].indices {
            let target = targets.place(of: asked[picture][place], picture: picture)
            subjects[picture][place].randomisedScores[index].append(maps[picture][target].scores)
          }
        }
      }
    }
  }

  /// The most probable class other than each that is asked about; of equal ones the lower.
  private static func runnersUp(of asked: [[Int]], logits: [[Float]]) -> [[Int]] {
    zip(asked, logits).map { classes, logits in
      classes.map { asked in
        logits.indices.filter { $0 != asked }.max { (logits[$0], $1) < (logits[$1], $0) } ?? asked
      }
    }
  }
}

/// Classes of pictures, filled up to equally many: a reverse pass asks every picture about as many.
struct PaddedTargets {
  let targets: Targets

  init(_ asked: [[Int]], and others: [[Int]]?) {
    let all = asked.indices.map { picture in
      var seen: Set<Int> = []
      return (asked[picture] + (others?[picture] ?? [])).filter { seen.insert($0).inserted }
    }
    let most = all.map(\.count).max() ?? 0
    targets = Targets(all.map { $0 + Array(repeating: $0.first ?? 0, count: most - $0.count) })
  }

  /// Which target of a picture a class is.
  func place(of classIndex: Int, picture: Int) -> Int {
    guard let place = targets.classes[picture].firstIndex(of: classIndex) else {
      preconditionFailure("class \(classIndex) was not asked for")
    }
    return place
  }
}
