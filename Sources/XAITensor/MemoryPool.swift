import Synchronization

/// Recycles the memory of tensors: fresh pages cost more than the arithmetic of a small layer.
///
/// Blocks are kept by rounded size. What the pool keeps is bounded: past the bound, memory goes back to the system.
final class MemoryPool: Sendable {
  static let shared = MemoryPool()

  private struct Blocks: @unchecked Sendable {
    var free: [Int: [UnsafeMutablePointer<Float>]] = [:]
    var keptBytes = 0
  }

  private let blocks = Mutex(Blocks())
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
