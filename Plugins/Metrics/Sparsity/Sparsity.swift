public import XAICore

/// The options of the sparsity.
public struct SparsityOptions: PluginOptions {
  /// What a patch has.
  public var scores = ScoreScale.absolute

  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec(
      "scores", \.scores,
      "what is compared: scores without their signs, those above 0 alone, or scaled to 0…1 by minimum and maximum"
    )
  ]
}

/// Sparsity: how unequally the map is spread over the patches, by the Gini index.
///
/// Σ_k (2k − N − 1)·s_k / (N·Σ s) with s the N scores without their signs, ascending, k from 1: 0 is all alike, 1 − 1/N is one
/// patch. Scores that are all zero count as all alike.
/// Source: Chalasani et al. 2020 (arXiv 1810.06583); Hurley & Rickard 2009 for the index.
public struct Sparsity: Metric {
  public static let descriptor = MetricDescriptor(
    id: "sparsity", title: "Sparsity",
    summary: "How unequally the map is spread over the patches, by the Gini index: 0 is all alike",
    direction: .higher, unit: "", range: 0...1,
    citation: Citation(
      authors: "Chalasani et al.",
      title: "Concise Explanations of Neural Networks using Adversarial Training",
      venue: "ICML", year: 2020, identifier: "arXiv:1810.06583"))

  public let options: SparsityOptions

  public init(options: SparsityOptions = SparsityOptions()) {
    self.options = options
  }

  /// Asks for nothing: the map says it all.
  public func plan(for subject: MetricSubject) -> MetricPlan { .value(value(of: subject)) }

  /// The value of one image; nil where there is only one patch.
  private func value(of subject: MetricSubject) -> MetricValue? {
    guard subject.scores.count > 1 else { return nil }
    let amounts = options.scores.amounts(of: subject.scores).sorted()
    let (count, total) = (Double(amounts.count), amounts.reduce(0, +))
    guard total > 0 else { return MetricValue(0) }
    let sum = amounts.enumerated().reduce(0) { $0 + (2 * Double($1.offset + 1) - count - 1) * $1.element }
    // Rounding may lead out of the range.
    return MetricValue(max(sum / (count * total), 0))
  }
}
