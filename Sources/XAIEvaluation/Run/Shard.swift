/// One of several runs that share a sample: every n-th group of images.
public struct Shard: Hashable, Sendable, CustomStringConvertible {
  /// Which one, from 1.
  public let number: Int
  /// Of how many.
  public let count: Int

  /// Everything.
  public static let whole = Shard(checked: 1, 1)

  /// Makes a shard; nil where there is none of that number.
  public init?(_ number: Int, of count: Int) {
    guard count >= 1, (1...count).contains(number) else { return nil }
    self.init(checked: number, count)
  }

  private init(checked number: Int, _ count: Int) {
    self.number = number
    self.count = count
  }

  /// The shard as users write it: `2/8`.
  public var description: String { "\(number)/\(count)" }

  /// The groups of a sample that are the shard's, in order; each is consecutive places of the sample.
  package func groups(ofSample count: Int) -> [Range<Int>] {
    let size = Evaluation.groupSize
    return stride(from: (number - 1) * size, to: count, by: self.count * size)
      .map { $0..<min($0 + size, count) }
  }

  /// The places of a sample that are the shard's.
  public func positions(ofSample count: Int) -> [Int] { groups(ofSample: count).flatMap { $0 } }

  /// The shard that a place of a sample belongs to.
  public static func containing(position: Int, of count: Int) -> Shard {
    Shard(checked: position / Evaluation.groupSize % count + 1, count)
  }
}
