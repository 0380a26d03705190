import XAITensor

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A tensor of zeros that takes address space but no memory, whatever its shape; an empty one where not even
/// address space is left.
func placeholder(of shape: TensorShape) -> Tensor {
  guard let shape = TensorShape(checking: shape.extents), let zeros = ZeroPages(count: shape.count) else {
    return Tensor([0], [])
  }
  return Tensor(
    shape: shape, storage: TensorStorage(borrowing: zeros.elements, count: shape.count, owner: zeros))
}

/// Pages that were never written: all of them are the system's one page of zeros.
private final class ZeroPages: @unchecked Sendable {
  let elements: UnsafePointer<Float>
  private let start: UnsafeMutableRawPointer
  private let byteCount: Int

  init?(count: Int) {
    let (byteCount, overflow) = max(count, 1).multipliedReportingOverflow(by: MemoryLayout<Float>.stride)
    guard !overflow,
      let start = mmap(nil, byteCount, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0),
      start != MAP_FAILED
    else { return nil }
    self.start = start
    self.byteCount = byteCount
    self.elements = UnsafePointer(start.bindMemory(to: Float.self, capacity: max(count, 1)))
  }

  deinit { munmap(start, byteCount) }
}
