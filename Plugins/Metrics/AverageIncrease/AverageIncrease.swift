public import XAICore

/// Average Increase: whether the class becomes more probable when the map masks the image.
///
/// 100 where o > y and 0 elsewhere, with y the probability on the whole image and o on the masked one, so that the mean
/// over images is a percentage of them.
/// Source: Chattopadhyay et al. 2018 (arXiv 1710.11063), Section 5.1.2.
public struct AverageIncrease: Metric {
  public static let descriptor = MetricDescriptor(
    id: "average-increase", title: "Average Increase",
    summary: "How often the class becomes more probable when only what the map shows is left",
    direction: .higher, unit: "%", range: 0...100,
    citation: Citation(
      authors: "Chattopadhyay et al.",
      title: "Grad-CAM++: Generalized Gradient-based Visual Explanations for Deep Convolutional Networks",
      venue: "WACV", year: 2018, identifier: "arXiv:1710.11063"))

  /// How the image is masked.
  public let options: MaskingOptions

  public init(options: MaskingOptions = MaskingOptions()) {
    self.options = options
  }

  /// Probabilities of the class.
  public var needs: MetricNeeds { .probabilities }

  /// Asks about the masked image; the value is in percent.
  public func plan(for subject: MetricSubject) -> MetricPlan {
    .ask(logits: .masked(subject, options)) { answers in
      .value(MetricValue(answers.logits[0].probability > subject.probability ? 100 : 0))
    }
  }
}
