import XAICore
import XAIImage
import XAITensor

private let citation = Citation(
  authors: "nobody", title: "none", venue: "none", year: 2026, identifier: "none")

private func descriptor(_ id: String, axes: MetricDescriptor.CurveAxes? = nil) -> MetricDescriptor {
  MetricDescriptor(
    id: id, title: id, summary: "for tests", direction: .higher, unit: "", range: -100...100, curveAxes: axes,
    citation: citation)
}

/// Whole pictures, dimmed in steps: the same frames for every map of a picture, and one of the map's own.
struct Dimming: Metric {
  static let descriptor = EvaluationTests.descriptor("dimming", axes: .init(x: "light", y: "probability"))
  let options: NoOptions
  init(options: NoOptions = NoOptions()) { self.options = options }

  func frames(for subject: MetricSubject) -> FramePlan {
    FramePlan(count: 5) { step in
      let isMap = step == 4
      return Frame(
        .picture { destination in
          let plane = subject.map.count
          let dimmed = subject.pixels.elements.enumerated().map { index, value in
            isMap ? value * subject.map[index % plane] : value * Float(step) / 4
          }
          subject.preprocessing.normalised(Tensor(subject.pixels.shape, dimmed)).withElements {
            for index in $0.indices { destination[index] = $0[index] }
          }
        }, identity: isMap ? .ofMap("own") : .ofPicture("dimmed \(step)"))
    }
  }

  func measure(_ answers: [FrameAnswer], for subject: MetricSubject) -> MetricValue? {
    let y = answers.map { Double($0.probability) }
    return MetricValue(
      y.reduce(0, +) + (answers[4].isPredicted ? 10 : 0), curve: .init(x: [0, 0.25, 0.5, 0.75, 1], y: y))
  }
}

/// Patches in the order of the map, one more in each frame.
struct Tokens: Metric {
  static let descriptor = EvaluationTests.descriptor("tokens")
  let options: NoOptions
  init(options: NoOptions = NoOptions()) { self.options = options }
  var needs: MetricNeeds { .patchRemoval }

  func frames(for subject: MetricSubject) -> FramePlan {
    let order = subject.scores.indices.sorted { (subject.scores[$1], $0) < (subject.scores[$0], $1) }
    return FramePlan(count: order.count) { Frame(.patches(order[...$0].sorted())) }
  }

  func measure(_ answers: [FrameAnswer], for subject: MetricSubject) -> MetricValue? {
    MetricValue(
      answers.enumerated().reduce(0) { $0 + Double($1.element.probability) * Double($1.offset + 1) })
  }
}

/// What is compared with other maps, and nil where there is no object of the class.
struct Comparing: Metric {
  static let descriptor = EvaluationTests.descriptor("comparing")
  let options: NoOptions
  init(options: NoOptions = NoOptions()) { self.options = options }
  var needs: MetricNeeds { [.runnerUp, .randomisedModels, .objects] }

  func measure(_ answers: [FrameAnswer], for subject: MetricSubject) -> MetricValue? {
    guard let region = subject.objects.first(where: { $0.classIndex == subject.classIndex }) else {
      return nil
    }
    let runnerUp = subject.runnerUpScores.flatMap { rankCorrelation($0, subject.scores) } ?? -1
    let randomised = subject.randomisedScores.enumerated().reduce(0.0) {
      $0 + (rankCorrelation($1.element, subject.scores) ?? -1) * Double($1.offset + 1)
    }
    return MetricValue(runnerUp + randomised + Double(region.pixels.count { $0 }) / 100)
  }
}

/// A search for the dimming at which the class is as probable as on the whole picture: each answer decides the next frame.
struct Bisection: Metric {
  struct Options: PluginOptions {
    var rounds = 3
    init() {}
    init(rounds: Int) { self.rounds = rounds }
    static let table: [Option<Self>] = [Option("rounds", \.rounds, "how many frames")]
  }

  static let descriptor = EvaluationTests.descriptor("bisection")
  let options: Options
  init(options: Options = Options()) { self.options = options }

  init(rounds: Int) {
    options = Options(rounds: rounds)
  }

  private func place(after answers: some Collection<FrameAnswer>, for subject: MetricSubject) -> Int {
    var (place, width) = (4, 2)
    for answer in answers {
      place += answer.probability < subject.probability ? width : -width
      width /= 2
    }
    return place
  }

  func frames(for subject: MetricSubject) -> FramePlan {
    FramePlan(
      count: 8, next: { $0.count < options.rounds ? [place(after: $0, for: subject)] : [] },
      frame: { place in
        Frame(
          .picture { destination in
            let plane = subject.map.count
            let dimmed = subject.pixels.elements.enumerated().map { index, value in
              value * (1 - Float(place) / 8 * subject.map[index % plane])
            }
            subject.preprocessing.normalised(Tensor(subject.pixels.shape, dimmed)).withElements {
              for index in $0.indices { destination[index] = $0[index] }
            }
          }, identity: .ofMap("bisected \(place)"))
      })
  }

  func measure(_ answers: [FrameAnswer], for subject: MetricSubject) -> MetricValue? {
    guard let last = answers.last else { return nil }
    return MetricValue(Double(place(after: answers.dropLast(), for: subject)) + Double(last.probability))
  }
}
