public import XAIEvaluation
import XAITensor

extension Evaluation {
  /// Evaluates the images that have no result yet, and keeps each as it is done.
  ///
  /// - Parameters:
  ///   - store: where results are kept; of this evaluation's experiment.
  ///   - shard: which part of the sample.
  ///   - tell: is told what happens, and says whether to go on; after a `false` the image that is worked on is finished and
  ///     kept.
  /// - Throws: `StoreError`, and with `isStrict` what is wrong with an image.
  public func run(
    into store: ResultStore, shard: Shard = .whole, tell: (EvaluationEvent) -> Bool
  ) throws -> EvaluationOutcome {
    try run(
      positions: shard.groups(ofSample: data.sampleCount), known: store.donePositions,
      keep: { result in try profile.measure("storing results") { try store.add(result) } }, tell: tell)
  }
}
