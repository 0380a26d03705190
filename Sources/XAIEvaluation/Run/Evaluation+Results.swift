extension Evaluation {
  /// Evaluates the images of a shard in memory; nothing is kept anywhere else.
  ///
  /// - Parameters:
  ///   - modelHash: as in `experiment(modelHash:kernels:)`. Results that are to be compared with others need both: without
  ///     them, models of one name and other weights can't be told apart.
  ///   - kernels: as in `experiment(modelHash:kernels:)`.
  ///   - shard: which part of the sample.
  ///   - tell: is told what happens; what it throws ends the run, such as `CancellationError`.
  /// - Returns: the results in the order of the sample.
  /// - Throws: what `tell` throws; with `isStrict`, what is wrong with an image.
  public func results(
    modelHash: String = "", kernels: String = "", shard: Shard = .whole,
    tell: (EvaluationEvent) throws -> Void = { _ in }
  ) throws -> EvaluationResults {
    var pictures: [PictureResult] = []
    try run(
      positions: shard.groups(ofSample: data.sampleCount), known: [], keep: { pictures.append($0) },
      tell: tell)
    return EvaluationResults(
      experiment: experiment(modelHash: modelHash, kernels: kernels),
      pictures: pictures.sorted { $0.position < $1.position })
  }
}
