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
  var skipped: [SkippedPicture] = []
}

/// An image that could not be used.
public struct SkippedPicture: Hashable, Sendable, Codable {
  /// Its name in the data set.
  public let identifier: String
  /// What was wrong with it.
  public let reason: String
}

/// Opens images and makes model input of them, on threads of its own while the model is at work.
struct BatchLoader: Sendable {
  let split: DatasetSplit
  let preprocessing: Preprocessing
  /// The 8-bit image of the input size.
  let prepare: @Sendable (_ image: Image, _ index: Int) throws -> Image

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

  /// Threads that open images; the model's own threads need the processor more.
  private static let threadCount = 2

  /// Loads images.
  func load(_ indices: [Int]) -> Batch {
    let size = max(1, (indices.count + Self.threadCount - 1) / Self.threadCount)
    let parts = stride(from: 0, to: indices.count, by: size).map { start in
      let part = indices[start..<min(start + size, indices.count)]
      return Background { part.map(open) }
    }
    return batch(parts.flatMap { $0.take() ?? [] })
  }

  private typealias Opened = Result<(image: Image, label: Int), Skip>

  private struct Skip: Error {
    let picture: SkippedPicture
  }

  private func open(_ index: Int) -> Opened {
    func skipped(_ reason: String) -> Opened {
      .failure(Skip(picture: SkippedPicture(identifier: split.identifier(index), reason: reason)))
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
    var (batch, images): (Batch, [Image]) = (Batch(), [])
    for result in opened {
      switch result {
      case .success(let sample):
        images.append(sample.image)
        batch.labels.append(sample.label)
      case .failure(let skip): batch.skipped.append(skip.picture)
      }
    }
    batch.input = try? preprocessing.withoutResizing.tensor(from: images)
    return batch
  }
}
