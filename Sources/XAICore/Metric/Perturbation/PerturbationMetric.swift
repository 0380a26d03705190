/// A metric of how the class fares while a picture is taken away, or brought back, in the order of a map.
///
/// A conforming type says what it is and which way it goes; the inputs and the area under the curve are here.
public protocol PerturbationMetric: Metric where Options == PerturbationOptions {
  /// The way that it goes.
  static var path: PerturbationPath { get }
}

/// A way between a whole picture and an empty one.
public enum PerturbationPath: Hashable, Sendable {
  /// From the whole picture, the most relevant first.
  case removingMostRelevant
  /// From the whole picture, the least relevant first.
  case removingLeastRelevant
  /// To the whole picture, the most relevant first.
  case insertingMostRelevant

  var isInsertion: Bool { self == .insertingMostRelevant }
  var takesHighestFirst: Bool { self != .removingLeastRelevant }
}

extension PerturbationMetric {
  /// Patches are removed where tokens are the unit.
  public var needs: MetricNeeds { options.unit == .tokens ? .patchRemoval : [] }

  /// The pictures along the way; the whole one is not among them where its probability is all that is asked.
  public func frames(for subject: MetricSubject) -> FramePlan {
    let way = PerturbationWay(options, Self.path, subject)
    let shown = way.points.filter { !way.isKnown($0) }
    return options.unit == .tokens ? .removingPatches(shown, way, subject) : .replacing(shown, way, subject)
  }

  /// The area under the curve, × 100, with the curve in percent.
  public func measure(_ answers: [FrameAnswer], for subject: MetricSubject) -> MetricValue? {
    let way = PerturbationWay(options, Self.path, subject)
    var next = answers.makeIterator()
    let scores = way.points.map { point -> Double in
      guard !way.isKnown(point), let answer = next.next() else { return Double(subject.probability) }
      return options.score == .accuracy ? (answer.isPredicted ? 1 : 0) : Double(answer.probability)
    }
    return MetricValue(
      options.area.under(scores, at: way.points, of: way.units) * 100,
      curve: MetricValue.Curve(
        x: way.points.map { Double($0) / Double(way.units) * 100 }, y: scores.map { $0 * 100 }))
  }
}

extension PerturbationOptions.Area {
  /// The area under points by the trapezoidal rule; a single point's is its height where steps weigh the same.
  ///
  /// - Parameters:
  ///   - scores: the heights.
  ///   - points: how many of the units are changed there, ascending.
  ///   - units: how many units there are.
  func under(_ scores: [Double], at points: [Int], of units: Int) -> Double {
    guard scores.count > 1 else { return self == .steps ? scores.first ?? 0 : 0 }
    // Sums of whole numbers of units are exact, so a curve of ones has the area 1 and never more.
    var sum = 0.0
    for index in 1..<scores.count {
      let width = self == .steps ? 1 : points[index] - points[index - 1]
      sum += Double(width) * (scores[index - 1] + scores[index]) / 2
    }
    return sum / Double(self == .steps ? scores.count - 1 : units)
  }
}
