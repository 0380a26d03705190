public import XAICore

/// Average Gain: the share of the missing probability that is gained when the map masks the image.
///
/// max(0, o − y)/(1 − y) × 100 with y the probability on the whole image and o on the masked one; 0 where y is 1. Unlike
/// Average Increase it counts how much is gained, as Average Drop counts how much is lost.
/// Source: Zhang et al. 2024 (arXiv 2301.07002).
public struct AverageGain: Metric {
  public static let descriptor = MetricDescriptor(
    id: "average-gain", title: "Average Gain",
    summary: "How much of what the class's probability lacks is gained when only what the map shows is left",
    direction: .higher, unit: "%", range: 0...100,
    citation: Citation(
      authors: "Zhang et al.",
      title: "Opti-CAM: Optimizing saliency maps for interpretability",
      venue: "CVIU", year: 2024, identifier: "arXiv:2301.07002"))

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
      let (whole, masked) = (Double(subject.probability), Double(answers.logits[0].probability))
      return .value(MetricValue(whole < 1 ? max(0, masked - whole) / (1 - whole) * 100 : 0))
    }
  }
}
