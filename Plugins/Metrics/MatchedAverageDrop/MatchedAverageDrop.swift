public import XAICore

/// Average Drop at matched coverage: the share of the class's probability that is lost when a mask of the map's order,
/// as bright on average as that of any other map, masks the image.
///
/// max(0, y − o)/y × 100 as in Average Drop, with o the probability behind a mask of ranks whose mean is the coverage.
/// Average Drop takes the map itself, and the brighter its mask is, the less is lost, whatever it shows.
public struct MatchedAverageDrop: Metric {
  public static let descriptor = MetricDescriptor(
    id: "matched-average-drop", title: "Average Drop at Matched Coverage",
    summary: "How much of the class's probability is lost behind masks that are equally bright for every map",
    direction: .lower, unit: "%", range: 0...100,
    citation: Citation(
      authors: "swift-xai", title: "Average Drop at matched coverage", venue: "docs/metrics", year: 2026,
      identifier: "docs/metrics/matched-average-drop.md"))

  /// How bright the masks are, and what the loss is compared with.
  public let options: MatchedAverageDropOptions

  public init(options: MatchedAverageDropOptions = MatchedAverageDropOptions()) {
    self.options = options
  }

  /// Probabilities of the class.
  public var needs: MetricNeeds { .probabilities }

  /// Asks about the masked image; the value is in percent.
  public func plan(for subject: MetricSubject) -> MetricPlan {
    .ask(logits: .masked(subject, in: options.space, coverage: options.coverage)) { answers in
      let (whole, masked) = (Double(subject.probability), Double(answers.logits[0].probability))
      return .value(MetricValue(options.drop.lost(whole: whole, masked: masked)))
    }
  }
}

/// The options of Average Drop at matched coverage.
public struct MatchedAverageDropOptions: PluginOptions {
  /// The mean of every map's mask, above 0 and below 1.
  public var coverage = 0.5
  /// Which values the mask multiplies.
  public var space = MaskingSpace.pixels
  /// What the lost probability is compared with.
  public var drop = ProbabilityDrop.relative

  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec(
      "coverage", \.coverage, "the mean of every map's mask", allowed: "a number above 0, below 1",
      where: { $0 > 0 && $0 < 1 }),
    OptionSpec("space", \.space, "which values of the image the mask multiplies"),
    OptionSpec("drop", \.drop, "whether the loss is a share of the probability or counted in points of it"),
  ]
}
