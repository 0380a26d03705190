/// Memory of float32 elements that outlives every tensor that looks at it: host memory, or that of a device.
///
/// Owned memory is 64-byte aligned and goes back to the pool; borrowed memory (a mapped weight file) keeps its owner
/// alive. The elements never change once a `Tensor` holds the storage, which is what makes sharing it safe.
public final class TensorStorage: @unchecked Sendable {
  private let hostElements: UnsafeMutablePointer<Float>?
  let count: Int
  private let owner: (any AnyObject & Sendable)?
  /// The memory, where it is not the host's.
  let deviceMemory: (any DeviceMemory)?

  /// Takes elements from the pool; their values are undefined.
  init(count: Int) {
    self.hostElements = MemoryPool.shared.take(count: count)
    self.count = count
    self.owner = nil
    self.deviceMemory = nil
  }

  /// Looks at `count` elements that `owner` keeps in place, such as a mapped file.
  public init(borrowing elements: UnsafePointer<Float>, count: Int, owner: any AnyObject & Sendable) {
    self.hostElements = UnsafeMutablePointer(mutating: elements)
    self.count = count
    self.owner = owner
    self.deviceMemory = nil
  }

  /// Looks at `count` elements of a device.
  public init(_ memory: any DeviceMemory, count: Int) {
    self.hostElements = nil
    self.count = count
    self.owner = nil
    self.deviceMemory = memory
  }

  /// The elements in host memory; traps where they are on a device.
  var elements: UnsafeMutablePointer<Float> {
    guard let hostElements else {
      preconditionFailure(
        "kernels of host memory were given a tensor on \(deviceMemory?.device.name ?? "a device"); read it with onHost first"
      )
    }
    return hostElements
  }

  /// Whether the memory is the storage's own and the host's, to be written into before it is shared.
  var isOwned: Bool { owner == nil && deviceMemory == nil }

  deinit {
    if owner == nil, let hostElements { MemoryPool.shared.give(hostElements, count: count) }
  }
}
