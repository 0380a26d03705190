public import XAICore
import XAIFoundation

/// The options of the entropy.
public struct EntropyOptions: PluginOptions {
  /// What a patch's share is made of.
  public var scores = ScoreScale.absolute

  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec(
      "scores", \.scores,
      "what is shared out: scores without their signs, those above 0 alone, or scaled to 0…1 by minimum and maximum"
    )
  ]
}

/// Entropy: how evenly the map is spread over the patches.
///
/// −Σ p ln p / ln N with p = │s│ / Σ│s│ over N patches: 0 is one patch, 1 all alike. Scores that are all zero count as all
/// alike.
/// Source: Bhatt et al. 2020 (arXiv 2005.00631), the complexity, there without the division.
public struct Entropy: Metric {
  public static let descriptor = MetricDescriptor(
    id: "entropy", title: "Entropy",
    summary: "How evenly the map is spread over the patches: 0 is one patch, 1 all alike",
    direction: .lower, unit: "", range: 0...1,
    citation: Citation(
      authors: "Bhatt et al.", title: "Evaluating and Aggregating Feature-based Model Explanations",
      venue: "IJCAI", year: 2020, identifier: "arXiv:2005.00631"))

  public let options: EntropyOptions

  public init(options: EntropyOptions = EntropyOptions()) {
    self.options = options
  }

  /// Asks for nothing: the map says it all.
  public func plan(for subject: MetricSubject) -> MetricPlan { .value(value(of: subject)) }

  /// The value of one image; nil where there is only one patch.
  private func value(of subject: MetricSubject) -> MetricValue? {
    guard subject.scores.count > 1 else { return nil }
    let amounts = options.scores.amounts(of: subject.scores)
    let total = amounts.reduce(0, +)
    guard total > 0 else { return MetricValue(1) }
    let entropy = amounts.reduce(0) { sum, amount in
      let share = amount / total
      return share > 0 ? sum - share * logarithm(share) : sum
    }
    // Rounding may lead out of the range.
    return MetricValue(min(max(entropy / logarithm(Double(amounts.count)), 0), 1))
  }
}
