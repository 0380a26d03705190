public import XAIEvaluation
import XAITensor

extension Evaluation {
  /// Evaluates the images that have no result yet, and keeps each as it is done.
  ///
  /// - Parameters:
  ///   - store: where results are kept; of this evaluation's experiment.
  ///   - shard: which part of the sample.
  ///   - tell: is told what happens. What it throws ends the run at once, such as `CancellationError` to stop it: thrown
  ///     for an image, that image has been kept, and after the last one there is nothing to stop; thrown for part of a
  ///     group, that part is computed again by the run that resumes.
  /// - Throws: `StoreError`; `CancellationError` where the run or an explainer was stopped before the last image; with
  ///   `isStrict`, what is wrong with an image.
  public func run(
    into store: ResultStore, shard: Shard = .whole, tell: (EvaluationEvent) throws -> Void = { _ in }
  ) throws {
    try run(
      positions: shard.groups(ofSample: data.sampleCount), known: store.donePositions,
      keep: { result in try profile.measure("storing results") { try store.add(result) } }, tell: tell)
  }
}
