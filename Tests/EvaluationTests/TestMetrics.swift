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

/// Whole images, dimmed in steps: the same frames for every map of an image, and one of the map's own.
struct Dimming: Metric {
  static let descriptor = EvaluationTests.descriptor("dimming", axes: .init(x: "light", y: "probability"))
  let options: NoOptions
  init(options: NoOptions = NoOptions()) { self.options = options }

  func plan(for subject: MetricSubject) -> MetricPlan {
    let frames = FramePlan(count: 5) { step in
      let isMap = step == 4
      return Frame(
        .made {
          let plane = subject.map.count
          let dimmed = subject.pixels.elements.enumerated().map { index, value in
            isMap ? value * subject.map[index % plane] : value * Float(step) / 4
          }
          return subject.preprocessing.normalised(Tensor(subject.pixels.shape, dimmed))
        }, identity: isMap ? .ofMap("own") : .ofImage("dimmed \(step)"))
    }
    return .ask(logits: frames) { answers in
      let y = answers.logits.map { Double($0.probability) }
      return .value(
        MetricValue(
          y.reduce(0, +) + (answers.logits[4].isPredicted ? 10 : 0),
          curve: .init(x: [0, 0.25, 0.5, 0.75, 1], y: y)))
    }
  }
}

/// Patches in the order of the map, one more in each frame.
struct Tokens: Metric {
  static let descriptor = EvaluationTests.descriptor("tokens")
  let options: NoOptions
  init(options: NoOptions = NoOptions()) { self.options = options }
  var needs: MetricNeeds { .patchRemoval }

  func plan(for subject: MetricSubject) -> MetricPlan {
    let order = subject.scores.indices.sorted { (subject.scores[$1], $0) < (subject.scores[$0], $1) }
    return .ask(logits: FramePlan(count: order.count) { Frame(.patches(order[...$0].sorted())) }) { answers in
      .value(
        MetricValue(
          answers.logits.enumerated().reduce(0) {
            $0 + Double($1.element.probability) * Double($1.offset + 1)
          }))
    }
  }
}

/// What is compared with other maps, and nil where there is no object of the class.
struct Comparing: Metric {
  static let descriptor = EvaluationTests.descriptor("comparing")
  let options: NoOptions
  init(options: NoOptions = NoOptions()) { self.options = options }
  var needs: MetricNeeds { [.runnerUp, .randomisedModels, .objects] }

  func plan(for subject: MetricSubject) -> MetricPlan {
    guard let region = subject.objects.first(where: { $0.classIndex == subject.classIndex }) else {
      return .value(nil)
    }
    let stages = subject.randomisationStages.map { MapRequest(model: .randomised(stage: $0)) }
    return .ask(maps: [MapRequest(classIndex: subject.runnerUp)] + stages) { answers in
      let correlations = answers.maps.map { rankCorrelation($0, subject.scores) ?? -1 }
      let randomised = correlations.dropFirst().enumerated().reduce(0.0) {
        $0 + $1.element * Double($1.offset + 1)
      }
      return .value(MetricValue(correlations[0] + randomised + Double(region.pixels.count { $0 }) / 100))
    }
  }
}

/// A search for the dimming at which the class is as probable as on the whole image: each answer decides the next frame.
struct Bisection: Metric {
  struct Options: PluginOptions {
    var rounds = 3
    init() {}
    init(rounds: Int) { self.rounds = rounds }
    static let table: [OptionSpec<Self>] = [OptionSpec("rounds", \.rounds, "how many frames")]
  }

  static let descriptor = EvaluationTests.descriptor("bisection")
  let options: Options
  init(options: Options = Options()) { self.options = options }

  init(rounds: Int) {
    options = Options(rounds: rounds)
  }

  func plan(for subject: MetricSubject) -> MetricPlan {
    plan(for: subject, place: 4, width: 2, round: 1)
  }

  private func plan(for subject: MetricSubject, place: Int, width: Int, round: Int) -> MetricPlan {
    .ask(logits: FramePlan([frame(place, of: subject)]), later: options.rounds - round) { answers in
      let answer = answers.logits[0]
      guard round < options.rounds else {
        return .value(MetricValue(Double(place) + Double(answer.probability)))
      }
      let next = place + (answer.probability < subject.probability ? width : -width)
      return plan(for: subject, place: next, width: width / 2, round: round + 1)
    }
  }

  private func frame(_ place: Int, of subject: MetricSubject) -> Frame {
    Frame(
      .made {
        let plane = subject.map.count
        let dimmed = subject.pixels.elements.enumerated().map { index, value in
          value * (1 - Float(place) / 8 * subject.map[index % plane])
        }
        return subject.preprocessing.normalised(Tensor(subject.pixels.shape, dimmed))
      }, identity: .ofMap("bisected \(place)"))
  }
}
