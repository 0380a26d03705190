public import XAICore
public import XAIEvaluation

/// An evaluation to be timed.
public struct EvaluationPlan: Sendable {
  /// The pictures.
  public let data: EvaluationData
  /// Whose maps are judged.
  public let explainers: [any Explainer]
  /// What they are judged by.
  public let metrics: [any Metric]
  /// Where the database of results is made, anew in each run; it is left there.
  public let storePath: String

  /// Puts an evaluation together; whether it fits a model is checked when that is timed.
  public init(
    data: EvaluationData, explainers: [any Explainer], metrics: [any Metric], storePath: String
  ) {
    self.data = data
    self.explainers = explainers
    self.metrics = metrics
    self.storePath = storePath
  }
}
