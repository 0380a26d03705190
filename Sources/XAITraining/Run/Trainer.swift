import XAICore
import XAIImage
import XAITensor

/// Trains a model, step by step, from the first or from where an earlier run of the same task stopped.
///
/// All that is random comes from the recipe's seed, the epoch and the image, never from what has been done since the
/// start of the process. So a run that resumes from a checkpoint ends in the same weights, bit for bit, as one that was
/// never stopped, on the same kernels with the same number of threads.
public struct Trainer {
  let task: TrainingTask
  let kernelsName: String
  let fingerprint: [String: String]
  let names: [String]
  /// Which parameters are trained.
  let trained: [Int]
  /// Which of these have weight decay.
  let decays: [Bool]
  let augmentation: Augmentation
  let height: Int
  let width: Int

  var model: any TrainableModel
  var parameters: [Tensor]
  var optimiser: Adam
  var step = 0
  /// How it went so far, an earlier run of the task included.
  public internal(set) var history = History()
  var tally = Tally()
  /// The damaged images so far, each once.
  public internal(set) var skipped: [SkippedImage] = []
  private var skippedNames: Set<[UInt8]> = []
  /// The steps of the checkpoint on the disk; nil where there is none.
  var savedStep: Int?
  private let finishedRecord: TrainingRecord?
  private let notes: [String]

  /// Checks a task and finds what an earlier run of it left.
  ///
  /// - Parameters:
  ///   - task: what is to be trained.
  ///   - kernels: what the model runs on, for the record.
  /// - Throws: `TrainingError` for labels beyond the classes and a folder of something else; what the model throws where
  ///   it can't be written.
  public init(_ task: TrainingTask, kernels: String) throws {
    self.task = task
    kernelsName = kernels
    // What can't be written should not be trained for hours first.
    _ = try task.model.configurationFiles()
    try Self.checkLabels(of: task)
    let descriptor = task.model.descriptor
    let size = descriptor.preprocessing.inputSize ?? (224, 224)
    (height, width) = size
    augmentation = Augmentation(
      recipe: task.recipe, preprocessing: descriptor.preprocessing, height: height, width: width)
    let all = task.model.parameters
    names = all.map(\.name)
    trained = all.indices.filter { task.recipe.scope == .model || all[$0].isHead }
    decays = trained.map { all[$0].isDecayed }
    model = task.model
    parameters = all.map(\.tensor)
    optimiser = Adam(recipe: task.recipe, shapes: trained.map { all[$0].tensor.shape })
    fingerprint = task.fingerprint()

    var notes = Self.notes(on: task)
    let found = try Folder(task.folder).resume(fingerprint: fingerprint)
    finishedRecord = found?.record
    if let checkpoint = found?.checkpoint {
      let state = checkpoint.state
      if state.kernels != kernels {
        notes.append(
          "the checkpoint was made on \(state.kernels), this run is on \(kernels): the weights will be as good, but not "
            + "the same to the last bit")
      }
      let read = try Checkpoint(
        checkpoint.file, state, names: names, shapes: all.map(\.tensor.shape), trained: trained)
      (step, history, tally, skipped) = (state.step, state.history, state.tally, state.skipped)
      (savedStep, skippedNames) = (step, Set(skipped.map { Array($0.identifier.utf8) }))
      parameters = read.parameters
      (optimiser.means, optimiser.squares) = (read.means, read.squares)
      model = task.model.replacingParameters(Dictionary(uniqueKeysWithValues: zip(names, parameters)))
    }
    self.notes = notes
  }

  /// Trains until all is done or the observer has enough.
  ///
  /// - Parameter observe: told what happens, in order; asked for false to stop after the step that is being done.
  /// - Throws: `TrainingError`, what the model throws, and errors of files; the last checkpoint is then still there.
  public mutating func run(_ observe: (TrainingEvent) -> Bool) throws -> TrainingOutcome {
    if let finishedRecord { return .alreadyFinished(finishedRecord) }
    notes.forEach { _ = observe(.note($0)) }
    var goesOn = observe(.began(step: step, steps: task.stepCount, stepsPerEpoch: task.stepsPerEpoch))
    let clock = ContinuousClock()
    var lastCheckpoint = clock.now
    var feed = BatchFeed(task: task, augmentation: augmentation, from: step)
    // An earlier run may have stopped in the middle of a validation.
    if step > 0, goesOn { goesOn = try addRow(observe) }

    while step < task.stepCount, goesOn {
      let start = clock.now
      let batch = feed.next()
      let waited = clock.now - start
      for image in batch.skipped { goesOn = try note(image, observe) && goesOn }
      goesOn = observe(.step(try takeStep(batch, waited: waited))) && goesOn
      goesOn = try addRow(observe) && goesOn
      if step < task.stepCount, !goesOn || clock.now - lastCheckpoint >= task.checkpointInterval {
        goesOn = try save(observe) && goesOn
        lastCheckpoint = clock.now
      }
    }
    guard step == task.stepCount, history.rows.last?.step == step else { return .stopped(step: step) }
    try checkWeights()
    let record = TrainingRecord(
      fingerprint: fingerprint, kernels: kernelsName, history: history, skipped: skipped,
      notes: task.notes + Self.notes(on: task))
    try Folder(task.folder).finish(model, record, type: task.weightsType)
    return .finished(record)
  }

  private mutating func save(_ observe: (TrainingEvent) -> Bool) throws -> Bool {
    try checkWeights()
    let state = Checkpoint.State(
      fingerprint: fingerprint, kernels: kernelsName, step: step, history: history, tally: tally,
      skipped: skipped)
    try Checkpoint(state: state, parameters: parameters, means: optimiser.means, squares: optimiser.squares)
      .write(to: task.folder, names: names, trained: trained.map { names[$0] })
    savedStep = step
    return observe(.checkpoint(step: step))
  }

  private mutating func note(_ image: SkippedImage, _ observe: (TrainingEvent) -> Bool) throws -> Bool {
    if task.isStrict {
      throw TrainingError.damaged(identifier: image.identifier, reason: image.reason)
    }
    guard skippedNames.insert(Array(image.identifier.utf8)).inserted else { return true }
    skipped.append(image)
    return observe(.skipped(image))
  }

  /// Adds a row to the history where it is time for one, with a validation where it is time for that.
  ///
  /// - Returns: false where the observer asked to stop; in the middle of a validation no row is added.
  private mutating func addRow(_ observe: (TrainingEvent) -> Bool) throws -> Bool {
    let isLast = step == task.stepCount
    let validates =
      task.validation != nil && (isLast || step % (task.stepsPerEpoch * task.validationInterval) == 0)
    guard history.rows.last?.step != step, validates || isLast || step % task.rowInterval == 0 else {
      return true
    }
    var row = History.Row(
      step: step, epoch: Double(step) / Double(task.stepsPerEpoch),
      learningRate: task.recipe.learningRate(ofStep: step - 1, of: task.stepCount),
      trainingLoss: tally.meanLoss, trainingAccuracy: tally.accuracy)
    var goesOn = true
    if validates, let split = task.validation {
      // A validation takes long, and what was learnt before it should not be lost in it.
      goesOn = savedStep == step ? true : try save(observe)
      guard goesOn, let result = try validated(split, observe) else { return false }
      for image in result.skipped { goesOn = try note(image, observe) && goesOn }
      (row.validationLoss, row.validationAccuracy) = (result.loss, result.accuracy)
    }
    tally = Tally()
    history.rows.append(row)
    return observe(.row(row)) && goesOn
  }

  private func validated(
    _ split: DatasetSplit, _ observe: (TrainingEvent) -> Bool
  ) throws -> Validation.Result? {
    do {
      return try Validation(split, model: model).run(observe)
    } catch ModelError.notFinite(_, _, let first) {
      throw TrainingError.diverged(step: step, checkpoint: savedStep, first: first)
    }
  }

  // MARK: - Checks

  /// Weights that are no numbers must not replace good ones on the disk.
  private func checkWeights() throws(TrainingError) {
    for index in trained {
      guard let first = NotFiniteTensor(parameters[index], .parameter(names[index])) else { continue }
      throw .diverged(step: step, checkpoint: savedStep, first: first)
    }
  }

  private static func checkLabels(of task: TrainingTask) throws(TrainingError) {
    guard task.training.count > 0 else { throw .noImages(split: task.training.name) }
    let classCount = task.model.descriptor.classCount
    for split in [task.training, task.validation].compactMap({ $0 }) {
      for index in 0..<split.count {
        guard let label = split.label(index), !(0..<classCount).contains(label) else { continue }
        throw .labelOutside(identifier: split.identifier(index), label: label, classCount: classCount)
      }
    }
  }

  private static func notes(on task: TrainingTask) -> [String] {
    var counts = Array(repeating: 0, count: task.model.descriptor.classCount)
    for index in 0..<task.training.count { task.training.label(index).map { counts[$0] += 1 } }
    let empty = counts.indices.filter { counts[$0] == 0 }
    guard let first = empty.first else { return [] }
    return [
      "\(empty.count) of \(counts.count) classes have no images to learn from, such as "
        + "'\(task.model.descriptor.labels[first])'"
    ]
  }
}

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
      let first = zip(sum.gradients, trained).lazy.compactMap { [names] gradient, index in
        NotFiniteTensor(gradient, .parameterGradient(names[index]))
      }.first
      throw TrainingError.diverged(step: step + 1, checkpoint: savedStep, first: first)
    }
    // As PyTorch's clip_grad_norm_, with its guard against a norm of zero.
    let gradientScale = recipe.clip > 0 ? min(1, recipe.clip / (norm + 1e-6)) : 1
    let learningRate = recipe.learningRate(ofStep: step, of: task.stepCount)
    update(sum.gradients, scale: Float(gradientScale), learningRate: learningRate)
    tally.add(stepTally)
    step += 1
    return TrainingEvent.Step(
      step: step, imageCount: stepTally.count, loss: stepTally.meanLoss ?? 0,
      accuracy: stepTally.accuracy ?? 0, gradientNorm: norm, learningRate: learningRate, waited: waited)
  }

  private func addGradients(
    of input: Tensor, labels: [Int], scale: Float, to sum: inout GradientSum
  ) throws -> Tally {
    let isWhole = task.recipe.scope == .model
    let trace = try model.forward(input, recording: Recording(gradients: true, parameters: isWhole))
    let logits: Tensor
    do {
      logits = try model.finite(trace.logits, of: input)
    } catch ModelError.notFinite(_, _, let first) {
      throw TrainingError.diverged(step: step + 1, checkpoint: savedStep, first: first)
    }
    let loss = CrossEntropy(smoothing: Float(task.recipe.labelSmoothing))(
      logits, labels: labels, scale: scale)
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
