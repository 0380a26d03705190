public import XAICore

/// The energy-based pointing game: which share of the map lies on the objects of the class.
///
/// Σ_object m / Σ m × 100 with m the map in [0, 1]; a map without anything counts as spread evenly, so that its value is the
/// objects' share of the image.
/// Source: Wang et al. 2020 (Score-CAM, arXiv 1910.01279).
public struct ObjectEnergy: Metric {
  public static let descriptor = MetricDescriptor(
    id: "energy", title: "Energy-Based Pointing Game",
    summary: "Which share of the map lies on the objects of the class",
    direction: .higher, unit: "%", range: 0...100,
    citation: Citation(
      authors: "Wang et al.",
      title: "Score-CAM: Score-Weighted Visual Explanations for Convolutional Neural Networks",
      venue: "CVPR Workshops", year: 2020, identifier: "arXiv:1910.01279"))

  public let options: SignOptions

  public init(options: SignOptions = SignOptions()) {
    self.options = options
  }

  /// The objects.
  public var needs: MetricNeeds { .objects }

  /// Asks for nothing: the map says it all.
  public func plan(for subject: MetricSubject) -> MetricPlan { .value(value(of: subject)) }

  /// The value of one image, in percent; nil where the image has no object of the class.
  private func value(of subject: MetricSubject) -> MetricValue? {
    guard let pixels = subject.targetPixels else { return nil }
    var (inside, total) = (0.0, 0.0)
    for (index, value) in subject.map(options.negative).enumerated() {
      total += Double(value)
      if pixels[index] { inside += Double(value) }
    }
    guard total > 0 else {
      return MetricValue(Double(pixels.count { $0 }) / Double(pixels.count) * 100)
    }
    return MetricValue(inside / total * 100)
  }
}
