public import XAICore
public import XAIEvaluation

/// An evaluation to be timed.
public struct EvaluationPlan: Sendable {
  /// The images.
  public let data: EvaluationData
  /// Whose maps are judged.
  public let explainers: [any Explainer]
  /// What they are judged by.
  public let metrics: [any Metric]
  /// Runs an evaluation from opening the images to keeping the results, as often as it is timed.
  public let run: @Sendable (Evaluation) throws -> Void

  /// Puts an evaluation together; whether it fits a model is checked when that is timed.
  public init(
    data: EvaluationData, explainers: [any Explainer], metrics: [any Metric],
    run: @escaping @Sendable (Evaluation) throws -> Void
  ) {
    self.data = data
    self.explainers = explainers
    self.metrics = metrics
    self.run = run
  }
}
