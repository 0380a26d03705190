/// Memory that kernels write into, before it is frozen into a `Tensor`.
///
/// There is one owner at a time, so nothing can look at values that still change.
public struct TensorBuffer: ~Copyable {
  /// Extents, outermost first.
  public let shape: Shape
  let storage: TensorStorage

  /// Takes memory for a shape from the pool; its values are undefined.
  public init(_ shape: Shape) {
    self.init(shape, TensorStorage(count: shape.count))
  }

  private init(_ shape: Shape, _ storage: TensorStorage) {
    self.shape = shape
    self.storage = storage
  }

  /// Goes on writing into the memory of a tensor that nothing else looks at; copies it when something does.
  public init(reusing tensor: consuming Tensor) {
    let (shape, offset) = (tensor.shape, tensor.offset)
    var storage = tensor.storage
    // Only the parameter and the local copy hold a storage that can be reused.
    _ = consume tensor
    if offset == 0, storage.isOwned, isKnownUniquelyReferenced(&storage) {
      self.init(shape, storage)
    } else {
      self.init(shape)
      self.storage.elements.update(from: storage.elements + offset, count: shape.count)
    }
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
