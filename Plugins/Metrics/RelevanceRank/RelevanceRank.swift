public import XAICore

/// Relevance Rank Accuracy: which share of the highest pixels, as many as the objects have, lies on the objects.
///
/// │top K ∩ objects│ / K × 100 with K the objects' pixels; of equal values at the end the expected number counts.
/// Source: Arras et al. 2022 (arXiv 2003.07258).
public struct RelevanceRank: Metric {
  public static let descriptor = MetricDescriptor(
    id: "relevance-rank", title: "Relevance Rank Accuracy",
    summary: "Which share of the highest pixels, as many as the objects have, lies on the objects",
    direction: .higher, unit: "%", range: 0...100,
    citation: Citation(
      authors: "Arras et al.",
      title: "CLEVR-XAI: A Benchmark Dataset for the Ground Truth Evaluation of Neural Network Explanations",
      venue: "Information Fusion", year: 2022, identifier: "arXiv:2003.07258"))

  public let options: NoOptions

  public init(options: NoOptions = NoOptions()) {
    self.options = options
  }

  /// The objects.
  public var needs: MetricNeeds { .objects }

  /// Asks for nothing: the map says it all; nil where the image has no object of the class.
  public func plan(for subject: MetricSubject) -> MetricPlan {
    guard let pixels = subject.targetPixels else { return .value(nil) }
    let highest = pixels.count { $0 }
    let last = subject.map.sorted(by: >)[highest - 1]
    var (above, hits, ties, tiedHits) = (0, 0, 0, 0)
    for (value, isObject) in zip(subject.map, pixels) where value >= last {
      if value > last {
        above += 1
        if isObject { hits += 1 }
      } else {
        ties += 1
        if isObject { tiedHits += 1 }
      }
    }
    let expected = Double(hits) + Double(highest - above) * Double(tiedHits) / Double(ties)
    return .value(MetricValue(expected / Double(highest) * 100))
  }
}
