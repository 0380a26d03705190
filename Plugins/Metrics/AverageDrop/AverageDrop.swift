public import XAICore

/// Average Drop: the share of the class's probability that is lost when the map masks the image.
///
/// max(0, y − o)/y × 100 with y the probability on the whole image and o on the masked one; 0 where y is 0.
/// Source: Chattopadhyay et al. 2018 (arXiv 1710.11063), Section 5.1.1.
public struct AverageDrop: Metric {
  /// What the metric is.
  public static let descriptor = MetricDescriptor(
    id: "average-drop", title: "Average Drop",
    summary: "How much of the class's probability is lost when only what the map shows is left",
    direction: .lower, unit: "%", range: 0...100,
    citation: Citation(
      authors: "Chattopadhyay et al.",
      title: "Grad-CAM++: Generalized Gradient-based Visual Explanations for Deep Convolutional Networks",
      venue: "WACV", year: 2018, identifier: "arXiv:1710.11063"))

  /// There are none.
  public let options: NoOptions

  /// Makes the metric.
  public init(options: NoOptions = NoOptions()) {
    self.options = options
  }

  /// One frame: the masked image.
  public func frames(for subject: MetricSubject) -> FramePlan {
    .masked(subject)
  }

  /// The value of one image, in percent.
  public func measure(_ answers: [FrameAnswer], for subject: MetricSubject) -> MetricValue? {
    let (whole, masked) = (Double(subject.probability), Double(answers[0].probability))
    return MetricValue(whole > 0 ? max(0, whole - masked) / whole * 100 : 0)
  }
}
