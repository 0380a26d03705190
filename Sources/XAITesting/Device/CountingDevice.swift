import Synchronization
import XAIFoundation
public import XAITensor

/// A device that isn't one: its memory is the host's, and each read is counted.
///
/// Models on its kernels prove where a pass touches host memory.
public final class CountingDevice: TensorDevice {
  private let counts = Guarded<[ReadPoint: Int]>([:])

  /// Makes a device of which nothing has been read.
  public init() {}

  /// What messages call it.
  public var name: String { "a device that counts reads" }

  /// How often each place has read.
  public var reads: [ReadPoint: Int] { counts.withLock { $0 } }

  /// Hands over what was counted so far, and begins anew.
  public func takeReads() -> [ReadPoint: Int] {
    counts.withLock { counts in
      defer { counts = [:] }
      return counts
    }
  }

  fileprivate func count(_ point: ReadPoint) { counts.withLock { $0[point, default: 0] += 1 } }

  /// Runs an operation on the device.
  public func run(_ operation: TensorOperation, on operands: [Tensor]) -> Tensor {
    tensor(operation.onHost(operands.map(\.behindCount)))
  }

  /// Sums rows, which counts as a read.
  public func sums(_ sums: RowSums, of operands: [Tensor], at point: String) -> [Double] {
    count(.named(point))
    return sums.onHost(operands.map(\.behindCount))
  }

  /// The same tensor, on the device.
  public func tensor(_ host: Tensor) -> Tensor {
    Tensor(
      shape: host.shape, storage: TensorStorage(CountedMemory(host, of: self), count: host.count))
  }
}

/// Memory of a counting device.
private final class CountedMemory: DeviceMemory {
  let host: Tensor
  let owner: CountingDevice
  var device: any TensorDevice { owner }

  init(_ host: Tensor, of owner: CountingDevice) {
    (self.host, self.owner) = (host, owner)
  }

  func copy(_ elements: Range<Int>, to host: UnsafeMutablePointer<Float>, at point: ReadPoint) {
    owner.count(point)
    self.host.withElements { own in
      for (place, index) in elements.enumerated() { host[place] = own[index] }
    }
  }
}

extension Tensor {
  /// The elements in host memory, without a count.
  var behindCount: Tensor {
    guard let (memory, offset) = deviceMemory, let counted = memory as? CountedMemory else { return self }
    return counted.host.reshaped(to: [counted.host.count])[offset..<offset + count].reshaped(to: shape)
  }
}
