import Synchronization
import XAIFoundation

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
      fatalError(
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

/// Recycles the memory of tensors: fresh pages cost more than the arithmetic of a small layer.
///
/// Blocks are kept by rounded size. What the pool keeps is bounded: past the bound, memory goes back to the system.
final class MemoryPool: Sendable {
  static let shared = MemoryPool()

  private struct Blocks: @unchecked Sendable {
    var free: [Int: [UnsafeMutablePointer<Float>]] = [:]
    var keptBytes = 0
  }

  private let blocks = Guarded(Blocks())
  private let boundBytes = 1 << 30

  /// Bytes of the block that holds `count` elements: whole kilobytes, and steps of an eighth above a megabyte,
  /// so that near sizes share blocks.
  private func blockBytes(count: Int) -> Int {
    let bytes = max(count, 1) * MemoryLayout<Float>.stride
    let step = bytes < 1 << 20 ? 1 << 10 : 1 << (bytes.bitWidth - bytes.leadingZeroBitCount - 4)
    return (bytes + step - 1) / step * step
  }

  func take(count: Int) -> UnsafeMutablePointer<Float> {
    let bytes = blockBytes(count: count)
    let kept: UnsafeMutablePointer<Float>? = blocks.withLock { blocks in
      guard let block = blocks.free[bytes]?.popLast() else { return nil }
      blocks.keptBytes -= bytes
      return block
    }
    return kept
      ?? UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
      .bindMemory(to: Float.self, capacity: bytes / MemoryLayout<Float>.stride)
  }

  func give(_ elements: UnsafeMutablePointer<Float>, count: Int) {
    let bytes = blockBytes(count: count)
    let kept = blocks.withLock { blocks in
      guard blocks.keptBytes + bytes <= boundBytes else { return false }
      blocks.keptBytes += bytes
      blocks.free[bytes, default: []].append(elements)
      return true
    }
    if !kept { UnsafeMutableRawPointer(elements).deallocate() }
  }

  /// Gives everything that is kept back to the system.
  func releaseUnused() {
    let kept = blocks.withLock { blocks in
      defer { blocks = Blocks() }
      return blocks
    }
    for block in kept.free.values.joined() { UnsafeMutableRawPointer(block).deallocate() }
  }
}

/// The memory that tensors are given.
public enum TensorMemory {
  /// Gives the memory of tensors that are gone, which is kept for those to come, back to the system.
  public static func releaseUnused() { MemoryPool.shared.releaseUnused() }
}
