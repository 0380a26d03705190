import XAICore
import XAIFoundation

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
