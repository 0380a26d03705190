public import XAICore
import XAITensor

extension Metric {
  /// Judges one map: shows the frames to the model in batches, and has further maps made where the metric asks for them.
  ///
  /// - Parameters:
  ///   - subject: what is judged.
  ///   - model: the model that the map explains.
  ///   - explainer: the explainer that made the map; nil for a metric that asks for no further ones.
  ///   - batchSize: how many frames the model sees at once, at least 1.
  /// - Throws: `ModelError.noProbabilities` where the metric needs probabilities and the model has none, what the model and the
  ///   explainer throw, `MetricError` for a map that can't be asked for and a batch of no frames, and `OptionError` for an
  ///   option's value that it does not take.
  public func evaluate(
    _ subject: MetricSubject, using model: any Model, explainer: (any Explainer)? = nil, batchSize: Int = 8
  ) throws -> MetricValue? {
    try check(probabilitiesOf: model.descriptor)
    let models = (model as? any TrainableModel).map {
      RandomisedModels(of: $0, seed: subject.experimentSeed)
    }
    return try evaluate(
      subject, using: model, explainer: explainer, randomised: models.map { models in { models[$0] } },
      batchSize: batchSize)
  }

  /// Judges one map, with models of random weights from elsewhere.
  package func evaluate(
    _ subject: MetricSubject, using model: any Model, explainer: (any Explainer)?,
    randomised: ((_ stage: Int) -> any Model)?, batchSize: Int = 8
  ) throws -> MetricValue? {
    guard batchSize > 0 else { throw MetricError.batchSize(batchSize) }
    try options.check(of: descriptor.id)
    let input = subject.image.input
    var queue = RequestQueue(
      about: [subject.image], input: input.reshaped(to: TensorShape([1] + input.shape.extents)), model: model,
      explainers: explainer.map { [$0] } ?? [], randomised: randomised, batchSize: batchSize)
    var evaluation = MetricEvaluation(
      try plan(for: subject),
      asker: RequestQueue.Asker(
        image: 0, classIndex: subject.classIndex, explainer: explainer == nil ? nil : 0, map: 0,
        metric: specification), number: 0)
    while evaluation.ask(&queue) {
      for job in queue.takeJobs() {
        if try !queue.answer(job, job.batch()).isEmpty { evaluation.resume(&queue) }
      }
    }
    return try evaluation.value?.get() ?? nil
  }
}

extension Metric {
  /// Throws where the metric needs probabilities and the outputs of the model have none.
  func check(probabilitiesOf model: ModelDescriptor) throws(ModelError) {
    guard needs.contains(.probabilities), !model.output.hasProbabilities else { return }
    throw .noProbabilities(user: specification, model: model.name)
  }
}
