import XAICore
import XAITensor

extension Trainer {
  /// One step: the gradient of the mean loss of a batch, and the update.
  ///
  /// The batch goes through the model in micro-batches whose gradients are added, so that memory is bounded by these.
  mutating func takeStep(_ batch: Batch, waited: Duration) throws -> TrainingEvent.Step {
    guard let input = batch.input else {
      let first = batch.skipped.first
      throw TrainingError.allDamaged(
        step: step + 1, first: first.map { "\($0.identifier): \($0.reason)" } ?? "unknown")
    }
    let recipe = task.recipe
    var sum = GradientSum(parameterCount: trained.count)
    var stepTally = Tally()
    for start in stride(from: 0, to: batch.labels.count, by: recipe.microBatchSize) {
      let part = start..<min(start + recipe.microBatchSize, batch.labels.count)
      stepTally.add(
        try addGradients(
          of: input[part], labels: Array(batch.labels[part]), scale: 1 / Float(batch.labels.count), to: &sum))
    }
    let norm = sum.norm
    guard stepTally.lossSum.isFinite, norm.isFinite else {
      throw TrainingError.diverged(step: step + 1, checkpoint: savedStep)
    }
    // As PyTorch's clip_grad_norm_, with its guard against a norm of zero.
    let gradientScale = recipe.clip > 0 ? min(1, recipe.clip / (norm + 1e-6)) : 1
    let learningRate = recipe.learningRate(ofStep: step, of: task.stepCount)
    update(sum.gradients, scale: Float(gradientScale), learningRate: learningRate)
    tally.add(stepTally)
    step += 1
    return TrainingEvent.Step(
      step: step, pictureCount: stepTally.count, loss: stepTally.meanLoss ?? 0,
      accuracy: stepTally.accuracy ?? 0, gradientNorm: norm, learningRate: learningRate, waited: waited)
  }

  private func addGradients(
    of input: Tensor, labels: [Int], scale: Float, to sum: inout GradientSum
  ) throws -> Tally {
    let isWhole = task.recipe.scope == .model
    let trace = try model.forward(input, recording: Recording(gradients: true, parameters: isWhole))
    let loss = CrossEntropy(smoothing: Float(task.recipe.labelSmoothing))(
      trace.logits, labels: labels, scale: scale)
    let gradients = try model.backward(
      from: loss.gradient, through: trace,
      requesting: GradientRequest(parameters: isWhole, headParameters: !isWhole))
    sum.add(
      try trained.map { index in
        guard let gradient = gradients.parameters[names[index]] else {
          throw ModelError.notTrainable(
            model: model.descriptor.name, reason: "its backward pass gives no gradient of '\(names[index])'")
        }
        return gradient
      })
    return Tally(lossSum: loss.lossSum, correctCount: loss.correctCount, count: labels.count)
  }

  private mutating func update(_ gradients: [Tensor], scale: Float, learningRate: Double) {
    // The first model looks at the first weights; now nothing but `parameters` looks at these, and they change in place.
    model = task.model
    optimiser.update(
      &parameters, trained: trained, gradients: gradients, decays: decays, gradientScale: scale,
      learningRate: learningRate, step: step)
    model = task.model.replacingParameters(Dictionary(uniqueKeysWithValues: zip(names, parameters)))
  }
}
