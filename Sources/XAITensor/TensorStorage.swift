/// Memory of float32 elements that outlives every tensor that looks at it.
///
/// Owned memory is 64-byte aligned and goes back to the pool; borrowed memory (a mapped weight file) keeps its owner
/// alive. The elements never change once a `Tensor` holds the storage, which is what makes sharing it safe.
public final class TensorStorage: @unchecked Sendable {
  let elements: UnsafeMutablePointer<Float>
  let count: Int
  private let owner: (any AnyObject & Sendable)?

  /// Takes elements from the pool; their values are undefined.
  init(count: Int) {
    self.elements = MemoryPool.shared.take(count: count)
    self.count = count
    self.owner = nil
  }

  /// Looks at `count` elements that `owner` keeps in place, such as a mapped file.
  public init(borrowing elements: UnsafePointer<Float>, count: Int, owner: any AnyObject & Sendable) {
    self.elements = UnsafeMutablePointer(mutating: elements)
    self.count = count
    self.owner = owner
  }

  /// Whether the memory is the storage's own, to be written into before it is shared.
  var isOwned: Bool { owner == nil }

  deinit {
    if owner == nil { MemoryPool.shared.give(elements, count: count) }
  }
}
