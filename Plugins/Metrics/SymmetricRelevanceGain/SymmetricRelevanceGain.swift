public import XAICore

/// Symmetric Relevance Gain: how much longer the class stays when the least relevant goes first than when the most
/// relevant does.
///
/// Negative Perturbation minus Deletion, of one protocol: the area between the two curves, × 100 for probabilities. What an
/// image with holes does to the model by itself is in both areas, and no longer in their difference.
/// Source: Blücher et al. 2024 (arXiv 2401.06654).
public struct SymmetricRelevanceGain: Metric {
  public static let descriptor = MetricDescriptor(
    id: "srg", title: "Symmetric Relevance Gain",
    summary:
      "How much longer the class stays when what the map ranks lowest goes first than when the highest does",
    direction: .higher, unit: "", range: -1000...1000,
    curveAxes: MetricDescriptor.CurveAxes(x: "removed, %", y: "gain"),
    citation: Citation(
      authors: "Blücher et al.",
      title: "Decoupling Pixel Flipping and Occlusion Strategy for Consistent XAI Benchmarks",
      venue: "TMLR", year: 2024, identifier: "arXiv:2401.06654"))

  /// The protocol of both curves.
  public let options: SymmetricRelevanceGainOptions

  /// Makes the metric; throws `OptionError` for options that contradict one another.
  public init(options: SymmetricRelevanceGainOptions = SymmetricRelevanceGainOptions()) throws {
    try options.curves.checkRemoval()
    self.options = options
  }

  /// Probabilities, except for logits; patches are removed where tokens are the unit.
  public var needs: MetricNeeds { options.curves.needs }

  /// Asks for the points of both curves.
  public func plan(for subject: MetricSubject) -> MetricPlan { options.curves.gain(for: subject) }
}

/// The options of Symmetric Relevance Gain: those of Deletion and Negative Perturbation, and logits.
public struct SymmetricRelevanceGainOptions: PluginOptions {
  /// How the image is taken away, for both curves.
  public var curves = PerturbationOptions()

  public init() {}

  public static let table: [OptionSpec<Self>] = PerturbationOptions.table.map { option in
    option.name == "score"
      ? OptionSpec("score", \.curves.score, "what a point of the curves says")
      : OptionSpec(option, of: \.curves)
  }

  /// Those of the two curves, and logits as papers on relevance report them.
  public static let presets: [Preset<Self>] =
    PerturbationOptions.presets.map { Preset($0, of: \.curves) } + [.logit]
}

extension Preset where Options == SymmetricRelevanceGainOptions {
  /// Rise-fast of logits.
  public static var logit: Self { Preset("logit", "rise-fast of logits") { $0.curves.score = .logit } }
}
