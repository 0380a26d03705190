public import XAICore

/// The options of completeness.
public struct CompletenessOptions: PluginOptions {
  /// The image that scores are counted from; nil counts them from a logit of 0.
  public var baseline: Fill? = .zero
  /// Whether the gap is a share of what the logit gains.
  public var relative = false

  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec(
      "baseline", \.baseline,
      "the image that scores are counted from; none counts them from a logit of 0, as relevance does"),
    OptionSpec("relative", \.relative, "whether the gap is a share of what the logit gains"),
  ]
}

/// Completeness: how far the scores are from adding up to what the class's logit gains from a baseline to the image.
///
/// │Σ φ − (f(x) − f(x₀))│, or that over │f(x) − f(x₀)│. Maps of magnitudes and of relative scores promise no sum, and have
/// no value.
/// Source: Sundararajan et al. 2017 (arXiv 1703.01365), Proposition 1; captum's convergence delta without its sign.
public struct Completeness: Metric {
  public static let descriptor = MetricDescriptor(
    id: "completeness", title: "Completeness",
    summary: "How far the scores are from adding up to what the class's logit gains from a baseline",
    direction: .lower, unit: "", range: 0...1_000_000,
    citation: Citation(
      authors: "Sundararajan et al.", title: "Axiomatic Attribution for Deep Networks", venue: "ICML",
      year: 2017, identifier: "arXiv:1703.01365"))

  public let options: CompletenessOptions

  public init(options: CompletenessOptions = CompletenessOptions()) {
    self.options = options
  }

  /// Asks about the image and the baseline; nil for scores without signs.
  public func plan(for subject: MetricSubject) -> MetricPlan {
    guard subject.scoreMeaning.isSigned else { return .value(nil) }
    let hidden = options.baseline.map {
      Frame.hiding(Array(0..<subject.grid.count), of: subject, by: $0, identity: .ofImage($0.rawValue))
    }
    return .ask(logits: FramePlan([.whole] + (hidden.map { [$0] } ?? []))) { answers in
      let logits = answers.logits.map { Double($0.logits[subject.classIndex]) }
      let gained = logits[0] - (logits.count > 1 ? logits[1] : 0)
      let gap = abs(subject.scores.reduce(0) { $0 + Double($1) } - gained)
      guard options.relative else { return .value(MetricValue(gap)) }
      return .value(gained != 0 ? MetricValue(gap / abs(gained)) : nil)
    }
  }
}
