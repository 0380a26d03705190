import XAICore
import XAIFoundation

/// The batches of a training in order, the next one being loaded while one is at work.
struct BatchFeed {
  private let task: TrainingTask
  private let augmentation: Augmentation
  private var step: Int
  private var order: (epoch: Int, order: EpochOrder)?
  private var upcoming: Background<Batch>?

  /// Begins with the batch of a step, counted from 0.
  init(task: TrainingTask, augmentation: Augmentation, from step: Int) {
    self.task = task
    self.augmentation = augmentation
    self.step = step
    upcoming = load()
  }

  /// The next batch; empty after the last step.
  mutating func next() -> Batch {
    let batch = upcoming?.take() ?? Batch()
    step += 1
    upcoming = load()
    return batch
  }

  private mutating func load() -> Background<Batch>? {
    guard step < task.stepCount else { return nil }
    let epoch = step / task.stepsPerEpoch
    let order =
      order.flatMap { $0.epoch == epoch ? $0.order : nil }
      ?? EpochOrder(count: task.training.count, seed: task.recipe.seed, epoch: epoch)
    self.order = (epoch, order)
    let loader = BatchLoader(
      task.training, augmentation: augmentation, preprocessing: task.model.descriptor.preprocessing,
      seed: task.recipe.seed, epoch: epoch)
    return loader.load(order.batch(step % task.stepsPerEpoch, size: task.recipe.batchSize))
  }
}
