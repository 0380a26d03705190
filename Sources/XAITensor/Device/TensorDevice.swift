/// Where tensors live that are not in host memory, such as a graphics processor.
///
/// Kernels of the device make tensors in its memory, and do the heavy arithmetic there; the device does the rest, which
/// tensors are asked for (`Tensor.map`, `gathering`, `sum`, `norms`). Host memory sees elements only where they are read:
/// `Tensor.onHost` names the place, so that a search finds them all.
public protocol TensorDevice: AnyObject, Sendable {
  /// What messages call it.
  var name: String { get }

  /// Runs an operation where the operands live; those in host memory are copied to the device.
  func run(_ operation: TensorOperation, on operands: [Tensor]) -> Tensor

  /// Sums rows in double precision, and hands the sums over: a read of host memory at `point`.
  func sums(_ sums: RowSums, of operands: [Tensor], at point: String) -> [Double]
}

/// Memory of a device that tensors look at.
public protocol DeviceMemory: AnyObject, Sendable {
  /// The device whose memory it is.
  var device: any TensorDevice { get }

  /// Copies some of its elements to host memory.
  ///
  /// - Parameters:
  ///   - elements: which of them.
  ///   - host: has room for them.
  ///   - point: the name of the place that reads; a source file where the read has no name, which a device may refuse.
  func copy(_ elements: Range<Int>, to host: UnsafeMutablePointer<Float>, at point: ReadPoint)
}

/// A place that reads elements of a device in host memory.
public enum ReadPoint: Hashable, Sendable, CustomStringConvertible {
  /// A place that is meant to read, by its name.
  case named(String)
  /// Code that works in host memory, by its file.
  case unnamed(file: String)

  /// The name, or the file.
  public var description: String {
    switch self {
    case .named(let name): name
    case .unnamed(let file): file
    }
  }
}
