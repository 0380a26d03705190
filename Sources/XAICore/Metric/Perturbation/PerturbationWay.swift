import XAIFoundation
import XAIImage
import XAITensor

/// The points of a way, for pictures of one size.
struct PerturbationWay: Sendable {
  let options: PerturbationOptions
  let path: PerturbationPath
  /// How many units a picture has.
  let units: Int
  /// How many steps lead from one end to the other.
  let steps: Int
  /// How many units are changed at each point that counts, ascending.
  let points: [Int]

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
  }

  /// Whether a point is the whole picture.
  func isWhole(_ point: Int) -> Bool { point == (path.isInsertion ? units : 0) }

  /// Whether a point is the picture without anything.
  func isEmpty(_ point: Int) -> Bool { point == (path.isInsertion ? 0 : units) }

  /// The area under scores at the points, by the trapezoidal rule; where there is but one, its score or nothing.
  func area(under scores: [Double]) -> Double {
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

  /// Whether the score of a point is known without showing it to the model.
  private func isKnown(_ point: Int) -> Bool { isWhole(point) && options.score == .probability }

  /// What is known of the curve after the model's answers to the points that it asked for.
  ///
  /// - Parameters:
  ///   - answers: in the order in which the curve asked.
  ///   - whole: the probability of the class on the whole picture.
  func curve(of answers: [FrameAnswer], whole: Float) -> AdaptiveCurve {
    var curve = AdaptiveCurve(pointCount: points.count, tolerance: options.adaptive.map { $0 / 100 })
    for (place, point) in points.enumerated() where isKnown(point) { curve[place] = Double(whole) }
    var rest = answers[...]
    while case let asked = curve.next(), !asked.isEmpty, asked.count <= rest.count {
      for (place, answer) in zip(asked, rest) {
        curve[place] =
          options.score == .accuracy ? (answer.isPredicted ? 1 : 0) : Double(answer.probability)
      }
      rest = rest.dropFirst(asked.count)
    }
    return curve
  }

  /// Plans pictures of the points, the answers deciding which are shown.
  func plan(_ subject: MetricSubject, frame: @escaping @Sendable (_ point: Int) -> Frame) -> FramePlan {
    let shown = points.indices.filter { !isKnown(points[$0]) }
    // Only the whole picture may be known, which is at one of the ends.
    let offset = shown.first ?? 0
    let whole = subject.probability
    return FramePlan(
      count: shown.count, next: { curve(of: $0, whole: whole).next().map { $0 - offset } },
      frame: { frame(points[$0 + offset]) })
  }
}

extension FramePlan {
  /// Pictures of which the pixels before a place in the order of the map are changed.
  static func replacing(_ way: PerturbationWay, _ subject: MetricSubject) -> FramePlan {
    let (picture, isInsertion) = (subject.picture, way.path.isInsertion)
    let fill = way.options.substrate.fill(isInsertion: isInsertion)
    // Made with the first frame, which is when a batch is built beside the model's work.
    let ranks = Lazy {
      let map = way.options.unit == .elements ? subject.map + subject.map + subject.map : subject.map
      return RelevanceOrder.ranks(of: map, highestFirst: way.path.takesHighestFirst)
    }
    return way.plan(subject) { point in
      Frame(
        .picture { destination in
          let (whole, empty) = (picture.input, picture.input(of: fill))
          let (changed, unchanged) = isInsertion ? (whole, empty) : (empty, whole)
          changed.write(to: destination, where: ranks.value, isBelow: Int32(point), otherwise: unchanged)
        },
        identity: way.isWhole(point)
          ? .ofPicture("whole") : way.isEmpty(point) ? .ofPicture(fill.rawValue) : .unique)
    }
  }

  /// The picture with some patches and nothing of the others.
  static func removingPatches(_ way: PerturbationWay, _ subject: MetricSubject) -> FramePlan {
    let order = RelevanceOrder.indices(of: subject.scores, highestFirst: way.path.takesHighestFirst)
    let picture = subject.picture
    return way.plan(subject) { point in
      if way.isWhole(point) {
        return Frame(.picture { picture.input.write(to: $0) }, identity: .ofPicture("whole"))
      }
      let kept = way.path.isInsertion ? order[..<point] : order[point...]
      return Frame(
        .patches(kept.sorted()), identity: way.isEmpty(point) ? .ofPicture("no-patches") : .unique)
    }
  }
}

extension Tensor {
  /// Writes own elements where ranks are below a limit and another tensor's elsewhere.
  ///
  /// Ranks are one an element, or one a pixel for all channels.
  fileprivate func write(
    to destination: UnsafeMutablePointer<Float>, where ranks: [Int32], isBelow limit: Int32,
    otherwise other: Tensor
  ) {
    withElements { own in
      other.withElements { other in
        ranks.withUnsafeBufferPointer { ranks in
          for start in stride(from: 0, to: own.count, by: ranks.count) {
            for place in 0..<ranks.count {
              let index = start + place
              destination[index] = ranks[place] < limit ? own[index] : other[index]
            }
          }
        }
      }
    }
  }
}
