import XAIFoundation
import XAIImage
import XAITensor

/// The curve of a perturbation metric for one map: its points, and the image at each.
struct PerturbationCurve: Sendable {
  private let options: PerturbationOptions
  private let path: PerturbationPath
  /// How many units an image has.
  private let units: Int
  /// How many steps lead from one end to the other.
  private let steps: Int
  /// How many units are changed at each point that counts, ascending.
  private let points: [Int]
  /// The class that is asked about.
  private let classIndex: Int
  /// The score of the whole image; nil where it has to be asked for.
  private let whole: Double?
  /// The image at a number of changed units.
  private let frame: @Sendable (_ point: Int) -> Frame

  init(_ options: PerturbationOptions, _ path: PerturbationPath, _ subject: MetricSubject) {
    self.options = options
    self.path = path
    let (units, rows) =
      switch options.unit {
      case .pixels: (subject.map.count, subject.height)
      case .elements: (3 * subject.map.count, 3 * subject.height)
      case .tokens: (subject.grid.count, subject.height)
      }
    self.units = units
    let (whole, empty) = path.isInsertion ? (units, 0) : (0, units)
    let counts = options.step.counts(units: units, rows: rows)
    self.steps = counts.count - 1
    self.points = counts.filter {
      switch options.points {
      case .all: true
      case .notWhole: $0 != whole
      case .notEmpty: $0 != empty
      }
    }
    self.classIndex = subject.classIndex
    self.whole = options.score.known(of: subject)
    let changed =
      options.unit == .tokens
      ? Self.removingPatches(of: subject, path) : Self.replacingPixels(of: subject, path, options)
    self.frame = { point in point == whole ? .whole : changed(point, point == empty) }
  }

  /// The plan: points are asked for until the curve is known well enough.
  var plan: MetricPlan {
    var curve = AdaptiveCurve(pointCount: points.count, tolerance: options.adaptive.map { $0 / 100 })
    if let whole, let place = points.firstIndex(of: path.isInsertion ? units : 0) { curve[place] = whole }
    return plan(knowing: curve)
  }

  private func plan(knowing curve: AdaptiveCurve) -> MetricPlan {
    let asked = curve.next()
    guard !asked.isEmpty else { return .value(value(of: curve.filled)) }
    return .ask(
      logits: FramePlan(count: asked.count) { frame(points[asked[$0]]) },
      later: curve.unknownCount - asked.count
    ) { answers in
      var curve = curve
      for (place, answer) in zip(asked, answers.logits) {
        curve[place] = options.score.value(of: answer, classIndex: classIndex)
      }
      return plan(knowing: curve)
    }
  }

  /// The area under scores at the points, with the curve: in percent, except for logits.
  private func value(of scores: [Double]) -> MetricValue {
    let scale = options.score == .logit ? 1.0 : 100
    return MetricValue(
      area(under: scores) * scale,
      curve: MetricValue.Curve(
        x: points.map { Double($0) / Double(units) * 100 }, y: scores.map { $0 * scale }))
  }

  /// The area under scores at the points, by the trapezoidal rule; where there is but one, its score or nothing.
  private func area(under scores: [Double]) -> Double {
    guard scores.count > 1 else { return options.area == .steps ? scores.first ?? 0 : 0 }
    // Widths are whole numbers, whose sums are exact: a curve of ones has the area 1 and never more.
    var sum = 0.0
    for index in 1..<scores.count {
      let width = options.area == .shares ? points[index] - points[index - 1] : 1
      sum += Double(width) * (scores[index - 1] + scores[index]) / 2
    }
    switch options.area {
    case .steps: return sum / Double(scores.count - 1)
    case .wholeWay: return sum / Double(steps)
    case .shares: return sum / Double(units)
    }
  }

  /// The image of which the pixels before a place in the order of the map are changed.
  private static func replacingPixels(
    of subject: MetricSubject, _ path: PerturbationPath, _ options: PerturbationOptions
  ) -> @Sendable (_ point: Int, _ isEmpty: Bool) -> Frame {
    let (image, isInsertion) = (subject.image, path.isInsertion)
    let fill = options.substrate.substitute(isInsertion: isInsertion) ?? .zero
    // Made with the first frame, which is when a batch is built while the model is at work.
    let ranks = Lazy {
      let map = options.unit == .elements ? subject.map + subject.map + subject.map : subject.map
      // Whole numbers up to 2²⁴ are exact: an input of 4096 × 4096 pixels.
      let ranks = RelevanceOrder.ranks(of: map, highestFirst: path.takesHighestFirst)
      return Tensor([ranks.count]) { for (place, rank) in ranks.enumerated() { $0[place] = Float(rank) } }
    }
    return { point, isEmpty in
      Frame(
        .image(
          FrameImage(
            .where(
              .operand(0), isLessThan: .constant(Float(point)), then: .operand(1), otherwise: .operand(2))
          ) {
            let (whole, empty) = (image.input, image.input(of: fill))
            return [ranks.value] + (isInsertion ? [whole, empty] : [empty, whole])
          }), identity: isEmpty ? .ofImage(fill.rawValue) : .unique)
    }
  }

  /// The image with some patches and nothing of the others.
  private static func removingPatches(
    of subject: MetricSubject, _ path: PerturbationPath
  ) -> @Sendable (_ point: Int, _ isEmpty: Bool) -> Frame {
    let order = RelevanceOrder.indices(of: subject.scores, highestFirst: path.takesHighestFirst)
    return { point, isEmpty in
      let kept = path.isInsertion ? order[..<point] : order[point...]
      return Frame(.patches(kept.sorted()), identity: isEmpty ? .ofImage("no-patches") : .unique)
    }
  }
}

extension PerturbationOptions.Score {
  /// The score of the whole image; nil where the subject doesn't have it.
  fileprivate func known(of subject: MetricSubject) -> Double? {
    switch self {
    case .probability: Double(subject.probability)
    case .accuracy: nil
    case .logit: subject.logits.isEmpty ? nil : Double(subject.logits[subject.classIndex])
    }
  }

  /// The score of an answer.
  package func value(of answer: FrameAnswer, classIndex: Int) -> Double {
    switch self {
    case .probability: Double(answer.probability)
    case .accuracy: answer.isPredicted ? 1 : 0
    case .logit: Double(answer.logits[classIndex])
    }
  }
}

/// A metric of how the class fares while an image is taken away, or brought back, in the order of a map.
///
/// A conforming type says what it is and which way it goes; the inputs and the area under the curve are here.
public protocol PerturbationMetric: Metric where Options == PerturbationOptions {
  /// The way that it goes.
  static var path: PerturbationPath { get }
}

/// A way between a whole image and an empty one.
public enum PerturbationPath: Hashable, Sendable {
  /// From the whole image, the most relevant first.
  case removingMostRelevant
  /// From the whole image, the least relevant first.
  case removingLeastRelevant
  /// To the whole image, the most relevant first.
  case insertingMostRelevant

  var isInsertion: Bool { self == .insertingMostRelevant }
  var takesHighestFirst: Bool { self != .removingLeastRelevant }
}

extension PerturbationMetric {
  /// Probabilities of classes; patches are removed where tokens are the unit.
  public var needs: MetricNeeds { options.needs }

  /// The area under the curve, × 100, with the curve in percent.
  ///
  /// The whole image is not shown where its probability is all that is asked.
  public func plan(for subject: MetricSubject) -> MetricPlan {
    PerturbationCurve(options, Self.path, subject).plan
  }
}
