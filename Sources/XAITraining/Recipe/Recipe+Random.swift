public import XAIFoundation

extension Recipe {
  /// Where the first weights of what is new come from: a classifier of other classes, or a whole model.
  public var firstWeights: SeededRandom {
    SeededRandom(seed: UInt64(bitPattern: Int64(seed)), Stream.head.rawValue)
  }
}
