import XAIFoundation

/// An immutable array of float32 in row-major order, in host memory or on a device.
///
/// Copies and slices share memory. Values are computed into a `TensorBuffer` and frozen into a tensor. Kernels of a device
/// make tensors on it: `map`, `gathering`, `sum` and `norms` work where the elements are, and `onHost` reads them.
public struct Tensor: Sendable {
  /// Extents, outermost first.
  public let shape: TensorShape
  let storage: TensorStorage
  let offset: Int

  /// Looks at `shape.count` elements of a storage, from `offset` on.
  public init(shape: TensorShape, storage: TensorStorage, offset: Int = 0) {
    require(
      offset >= 0 && offset + shape.count <= storage.count,
      "a tensor of \(shape) at \(offset) reaches past its storage of \(storage.count) elements")
    self.shape = shape
    self.storage = storage
    self.offset = offset
  }

  /// Copies elements in row-major order to host memory; traps when their number is not that of the shape.
  public init(_ shape: TensorShape, _ elements: [Float]) {
    require(
      elements.count == shape.count, "\(elements.count) elements do not make a tensor of \(shape)")
    self.init(shape) { destination in
      elements.withUnsafeBufferPointer { source in
        if let base = source.baseAddress { destination.update(from: base, count: source.count) }
      }
    }
  }

  /// Makes a tensor in host memory, whose elements `write` sets, all of them, in row-major order.
  public init<E: Error>(
    _ shape: TensorShape, writing write: (UnsafeMutablePointer<Float>) throws(E) -> Void
  ) throws(E) {
    let storage = TensorStorage(count: shape.count)
    try write(storage.elements)
    self.init(shape: shape, storage: storage)
  }

  /// Makes a tensor of one repeated value.
  public init(repeating value: Float, _ shape: TensorShape) {
    self.init(shape) { $0.update(repeating: value, count: shape.count) }
  }

  /// The number of elements.
  public var count: Int { shape.count }

  /// The elements in row-major order, copied.
  public var elements: [Float] {
    withElements { Array($0) }
  }

  /// The device that the elements are on; nil in host memory.
  public var device: (any TensorDevice)? { storage.deviceMemory?.device }

  /// The memory of a device, and the element of it that is the tensor's first; nil in host memory.
  public var deviceMemory: (memory: any DeviceMemory, offset: Int)? {
    storage.deviceMemory.map { ($0, offset) }
  }

  /// The same tensor in host memory: itself, or a copy of what is on a device.
  ///
  /// - Parameter point: the name of the place that reads, such as "logits".
  public func onHost(_ point: String) -> Tensor {
    guard storage.deviceMemory != nil else { return self }
    return copied(at: .named(point))
  }

  /// Calls `body` with the elements in row-major order, in place.
  ///
  /// It is for code that works in host memory. Elements of a device are copied first, and the device may refuse: what is
  /// meant to be read is read with `onHost`.
  public func withElements<R, E: Error>(
    file: StaticString = #fileID, _ body: (UnsafeBufferPointer<Float>) throws(E) -> R
  ) throws(E) -> R {
    guard storage.deviceMemory == nil else {
      return try copied(at: .unnamed(file: "\(file)")).withElements(body)
    }
    return try body(UnsafeBufferPointer(start: storage.elements + offset, count: shape.count))
  }

  private func copied(at point: ReadPoint) -> Tensor {
    Tensor(shape) { storage.deviceMemory?.copy(offset..<offset + count, to: $0, at: point) }
  }

  /// Writes the elements in row-major order to memory, which holds as many.
  package func write(to destination: UnsafeMutablePointer<Float>) {
    withElements { if let start = $0.baseAddress { destination.update(from: start, count: count) } }
  }

  /// The place of the first element that is NaN or infinite, in row-major order; nil where all are finite.
  package var firstNotFinite: Int? { withElements { $0.firstIndex { !$0.isFinite } } }

  /// The same elements under another shape of the same count.
  public func reshaped(to shape: TensorShape) -> Tensor {
    require(shape.count == count, "\(self.shape) can't be seen as \(shape)")
    return Tensor(shape: shape, storage: storage, offset: offset)
  }

  /// The entries `range` of the outermost dimension, in place.
  public subscript(range: Range<Int>) -> Tensor {
    require(
      shape.rank > 0 && range.lowerBound >= 0 && range.upperBound <= shape[0],
      "\(range) is outside the \(shape)")
    let stride = shape[0] == 0 ? 0 : count / shape[0]
    return Tensor(
      shape: TensorShape([range.count] + shape.extents.dropFirst()), storage: storage,
      offset: offset + range.lowerBound * stride)
  }

  /// One entry of the outermost dimension, in place, without that dimension.
  public subscript(index: Int) -> Tensor {
    let slice = self[index..<index + 1]
    return slice.reshaped(to: TensorShape(Array(shape.extents.dropFirst())))
  }
}

extension Tensor: CustomStringConvertible {
  /// The shape and the first elements: `2×3: 0.5, -1.0, 2.0, 0.0, …`; of a tensor on a device its name in place of elements.
  public var description: String {
    if let device { return "\(shape) on \(device.name)" }
    let first = withElements { $0.prefix(4).map { "\($0)" } }
    return "\(shape): \((first + (count > 4 ? ["…"] : [])).joined(separator: ", "))"
  }
}
