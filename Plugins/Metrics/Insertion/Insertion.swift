public import XAICore

/// Insertion: how soon the class is recognised when the image appears, what the map ranks highest first.
///
/// The area under the class's probability from a blurred image to the whole one, × 100.
/// The curve is `PerturbationCurve` (XAICore).
/// Source: Petsiuk et al. 2018 (arXiv 1806.07421), Section 4.1.
public struct Insertion: PerturbationMetric {
  public static let descriptor = MetricDescriptor(
    id: "insertion", title: "Insertion",
    summary: "How soon the class is recognised when what the map ranks highest appears first",
    direction: .higher, unit: "%", range: 0...100,
    curveAxes: MetricDescriptor.CurveAxes(x: "shown, %", y: "score, %"),
    citation: Citation(
      authors: "Petsiuk et al.",
      title: "RISE: Randomized Input Sampling for Explanation of Black-box Models",
      venue: "BMVC", year: 2018, identifier: "arXiv:1806.07421"))

  /// To the whole image, the most relevant first.
  public static let path = PerturbationPath.insertingMostRelevant

  /// The protocol.
  public let options: PerturbationOptions

  /// Makes the metric; throws `OptionError` for options that contradict one another.
  public init(options: PerturbationOptions = PerturbationOptions()) throws {
    try options.check()
    self.options = options
  }
}
