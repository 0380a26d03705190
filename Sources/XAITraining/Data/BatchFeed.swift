import XAICore
import XAIFoundation

/// The batches of a training in order, the next one being loaded while one is at work.
struct BatchFeed {
  private var batches: Prefetched<Steps, Batch>

  /// Begins with the batch of a step, counted from 0.
  init(task: TrainingTask, augmentation: Augmentation, from step: Int) {
    batches = Prefetched(Steps(task: task, augmentation: augmentation, step: step)) {
      $0.loader.load($0.indices)
    }
  }

  /// The next batch; empty after the last step.
  mutating func next() -> Batch { batches.next() ?? Batch() }

  /// What each step loads.
  private struct Steps: IteratorProtocol {
    let task: TrainingTask
    let augmentation: Augmentation
    var step: Int
    private var order: (epoch: Int, order: EpochOrder)?

    init(task: TrainingTask, augmentation: Augmentation, step: Int) {
      (self.task, self.augmentation, self.step) = (task, augmentation, step)
    }

    mutating func next() -> (loader: BatchLoader, indices: [Int])? {
      guard step < task.stepCount else { return nil }
      defer { step += 1 }
      let epoch = step / task.stepsPerEpoch
      let order =
        order.flatMap { $0.epoch == epoch ? $0.order : nil }
        ?? EpochOrder(count: task.training.count, seed: task.recipe.seed, epoch: epoch)
      self.order = (epoch, order)
      let loader = BatchLoader(
        task.training, augmentation: augmentation, preprocessing: task.model.descriptor.preprocessing,
        seed: task.recipe.seed, epoch: epoch)
      return (loader, order.batch(step % task.stepsPerEpoch, size: task.recipe.batchSize))
    }
  }
}
