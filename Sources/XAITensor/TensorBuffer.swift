/// Memory that kernels write into, before it is frozen into a `Tensor`.
///
/// There is one owner at a time, so nothing can look at values that still change.
public struct TensorBuffer: ~Copyable {
  /// Extents, outermost first.
  public let shape: Shape
  let storage: TensorStorage

  /// Takes memory for a shape from the pool; its values are undefined.
  public init(_ shape: Shape) {
    self.shape = shape
    self.storage = TensorStorage(count: shape.count)
  }

  /// Takes memory for a shape and sets every element.
  public init(repeating value: Float, _ shape: Shape) {
    self.init(shape)
    storage.elements.update(repeating: value, count: shape.count)
  }

  /// Calls `body` with the elements in row-major order.
  public mutating func withElements<R, E: Error>(
    _ body: (UnsafeMutableBufferPointer<Float>) throws(E) -> R
  ) throws(E) -> R {
    try body(UnsafeMutableBufferPointer(start: storage.elements, count: shape.count))
  }

  /// Ends writing and gives the values as a tensor, without a copy.
  public consuming func freeze() -> Tensor {
    Tensor(shape: shape, storage: storage)
  }
}
