public import XAICore

/// Deletion: how soon the class is lost when the image goes, what the map ranks highest first.
///
/// The area under the class's probability from the whole image to an empty one, × 100.
/// The curve is `PerturbationCurve` (XAICore).
/// Source: Petsiuk et al. 2018 (arXiv 1806.07421), Section 4.1.
public struct Deletion: PerturbationMetric {
  public static let descriptor = MetricDescriptor(
    id: "deletion", title: "Deletion",
    summary: "How long the class stays recognised when what the map ranks highest goes first",
    direction: .lower, unit: "%", range: 0...100,
    curveAxes: MetricDescriptor.CurveAxes(x: "removed, %", y: "score, %"),
    citation: Citation(
      authors: "Petsiuk et al.",
      title: "RISE: Randomized Input Sampling for Explanation of Black-box Models",
      venue: "BMVC", year: 2018, identifier: "arXiv:1806.07421"))

  /// From the whole image, the most relevant first.
  public static let path = PerturbationPath.removingMostRelevant

  /// The protocol.
  public let options: PerturbationOptions

  /// Makes the metric; throws `OptionError` for options that contradict one another.
  public init(options: PerturbationOptions = PerturbationOptions()) throws {
    try options.check()
    self.options = options
  }
}
