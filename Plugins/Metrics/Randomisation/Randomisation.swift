public import XAICore

/// The options of the model randomisation test.
public struct RandomisationOptions: PluginOptions {
  /// What the correlations of the stages are summarised by.
  public enum Summary: String, OptionValue, CaseIterable {
    /// Their mean.
    case mean
    /// The last, of the model that has no weight of its own left.
    case last
  }

  /// What the correlations of the stages are summarised by.
  public var summary = Summary.mean
  /// Whether scores are compared without their signs.
  public var absolute = false

  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec(
      "summary", \.summary, "the value: the mean over the stages, or that of the last, which is all random"),
    OptionSpec("absolute", \.absolute, "whether scores are compared without their signs"),
  ]
}

/// The model randomisation test: how alike the map stays while the model's weights become random, from the classifier down.
///
/// Spearman's rank correlation of the map with that of each stage, signed; the value is the mean over the stages. A map that is
/// the same everywhere has the correlation 1.
/// Source: Adebayo et al. 2018 (arXiv 1810.03292), cascading randomisation.
public struct Randomisation: Metric {
  public static let descriptor = MetricDescriptor(
    id: "randomisation", title: "Model Randomisation",
    summary: "How alike the map stays while the model's weights become random, from the classifier down",
    direction: .lower, unit: "", range: -1...1,
    curveAxes: MetricDescriptor.CurveAxes(x: "randomised stages", y: "rank correlation"),
    citation: Citation(
      authors: "Adebayo et al.", title: "Sanity Checks for Saliency Maps", venue: "NeurIPS", year: 2018,
      identifier: "arXiv:1810.03292"))

  public let options: RandomisationOptions

  public init(options: RandomisationOptions = RandomisationOptions()) {
    self.options = options
  }

  /// The maps of models with random weights.
  public var needs: MetricNeeds { .randomisedModels }

  /// Asks for a map at each stage; the value comes with the correlation of each, and is nil where there is no stage.
  public func plan(for subject: MetricSubject) -> MetricPlan {
    .ask(maps: subject.randomisationStages.map { MapRequest(model: .randomised(stage: $0)) }) { answers in
      let map = compared(subject.scores)
      let correlations = answers.maps.map { mapCorrelation(of: map, with: compared($0)) }
      guard let last = correlations.last else { return .value(nil) }
      let value =
        switch options.summary {
        case .mean: correlations.reduce(0, +) / Double(correlations.count)
        case .last: last
        }
      return .value(
        MetricValue(
          value, curve: MetricValue.Curve(x: correlations.indices.map { Double($0 + 1) }, y: correlations)))
    }
  }

  private func compared(_ scores: [Float]) -> [Float] { options.absolute ? scores.map(abs) : scores }
}
