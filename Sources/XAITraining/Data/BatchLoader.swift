import Synchronization
import XAICore
import XAIFoundation
import XAIImage
import XAITensor

/// Images of a step as the model takes them, with their classes.
struct Batch: Sendable {
  /// [B, 3, H, W]; nil where no image could be used.
  var input: Tensor?
  /// The class of each image.
  var labels: [Int] = []
  /// The images that could not be used.
  var skipped: [SkippedImage] = []
}

/// An image that could not be used.
public struct SkippedImage: Hashable, Sendable, Codable {
  /// Its name in the data set.
  public let identifier: String
  /// What was wrong with it.
  public let reason: String
}

/// Opens images and makes model input of them, on another thread while the model is at work.
struct BatchLoader: Sendable {
  let split: DatasetSplit
  let preprocessing: Preprocessing
  /// The 8-bit image of the input size.
  let prepare: @Sendable (_ image: RGBImage, _ index: Int) throws -> RGBImage

  /// Images as they are prepared when the model is used.
  init(_ split: DatasetSplit, preprocessing: Preprocessing) {
    self.split = split
    self.preprocessing = preprocessing
    prepare = { image, _ in try preprocessing.resizedAndCropped(image) }
  }

  /// Images cut and mirrored at random, by seed, epoch and index.
  init(_ split: DatasetSplit, augmentation: Augmentation, preprocessing: Preprocessing, seed: Int, epoch: Int)
  {
    self.split = split
    self.preprocessing = preprocessing
    prepare = { image, index in
      var random = SeededRandom(
        seed: UInt64(bitPattern: Int64(seed)), Stream.augmentation.rawValue, UInt64(epoch), UInt64(index))
      return try augmentation.prepared(image, random: &random)
    }
  }

  /// Held while an image is opened and made small.
  ///
  /// Training and validation load at the same time, and the decoded pixels of one large image are as much memory as may be taken.
  private static let turn = Guarded(())

  /// Loads images, one after the other, whoever else loads some.
  func load(_ indices: [Int]) -> Batch {
    batch(indices.map { index in Self.turn.withLock { _ in open(index) } })
  }

  private typealias Opened = Result<(image: RGBImage, label: Int), Skip>

  private struct Skip: Error {
    let image: SkippedImage
  }

  private func open(_ index: Int) -> Opened {
    func skipped(_ reason: String) -> Opened {
      .failure(Skip(image: SkippedImage(identifier: split.identifier(index), reason: reason)))
    }
    guard let label = split.label(index) else { return skipped("it has no class") }
    do {
      return .success((image: try prepare(try split.sample(index).image, index), label: label))
    } catch {
      return skipped("\(error)")
    }
  }

  /// The rest of the preprocessing: 8-bit images of one size become numbers.
  private func batch(_ opened: [Opened]) -> Batch {
    var (batch, images): (Batch, [RGBImage]) = (Batch(), [])
    for result in opened {
      switch result {
      case .success(let sample):
        images.append(sample.image)
        batch.labels.append(sample.label)
      case .failure(let skip): batch.skipped.append(skip.image)
      }
    }
    batch.input = try? preprocessing.withoutResizing.tensor(from: images)
    return batch
  }
}

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

/// The order in which an epoch goes through the training images.
struct EpochOrder {
  private let indices: [Int32]

  /// Shuffles `count` images by seed and epoch (Fisher and Yates).
  init(count: Int, seed: Int, epoch: Int) {
    var indices = (0..<Int32(count)).map { $0 }
    var random = SeededRandom(seed: UInt64(bitPattern: Int64(seed)), Stream.order.rawValue, UInt64(epoch))
    for last in stride(from: count - 1, to: 0, by: -1) {
      indices.swapAt(last, Int(random.next(upperBound: UInt64(last + 1))))
    }
    self.indices = indices
  }

  /// The images of a step of the epoch; the last step has what is left.
  func batch(_ step: Int, size: Int) -> [Int] {
    indices[step * size..<min((step + 1) * size, indices.count)].map(Int.init)
  }
}

/// What random numbers are drawn for, so that no two uses share theirs.
enum Stream: UInt64 {
  case order = 1
  case augmentation = 2
  case head = 3
}
