public import XAICore

/// Negative Perturbation: how long the class stays recognised when what the map ranks lowest goes first.
///
/// The area under the class's score from the whole image to an empty one, × 100: Deletion in the reverse order.
/// The curve is `PerturbationCurve` (XAICore).
/// Source: Chefer et al. 2021 (arXiv 2012.09838), Section 4.
public struct NegativePerturbation: PerturbationMetric {
  public static let descriptor = MetricDescriptor(
    id: "negative-perturbation", title: "Negative Perturbation",
    summary: "How long the class stays recognised when what the map ranks lowest goes first",
    direction: .higher, unit: "%", range: 0...100,
    curveAxes: MetricDescriptor.CurveAxes(x: "removed, %", y: "score, %"),
    citation: Citation(
      authors: "Chefer et al.",
      title: "Transformer Interpretability Beyond Attention Visualization",
      venue: "CVPR", year: 2021, identifier: "arXiv:2012.09838"))

  /// From the whole image, the least relevant first.
  public static let path = PerturbationPath.removingLeastRelevant

  /// The protocol.
  public let options: PerturbationOptions

  /// Makes the metric; throws `OptionError` for options that contradict one another.
  public init(options: PerturbationOptions = PerturbationOptions()) throws {
    try options.check()
    self.options = options
  }
}
