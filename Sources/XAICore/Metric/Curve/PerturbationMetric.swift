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
  public var needs: MetricNeeds {
    options.unit == .tokens ? [.probabilities, .patchRemoval] : .probabilities
  }

  /// The area under the curve, × 100, with the curve in percent.
  ///
  /// The whole image is not shown where its probability is all that is asked.
  public func plan(for subject: MetricSubject) -> MetricPlan {
    PerturbationCurve(options, Self.path, subject).plan
  }
}
