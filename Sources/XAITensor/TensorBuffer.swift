import XAIFoundation

/// Memory that kernels write into, before it is frozen into a `Tensor`.
///
/// There is one owner at a time, so nothing can look at values that still change.
public struct TensorBuffer: ~Copyable {
  /// Extents, outermost first.
  public let shape: TensorShape
  private(set) var storage: TensorStorage

  /// Takes memory for a shape from the pool; its values are undefined.
  public init(_ shape: TensorShape) {
    self.init(shape, TensorStorage(count: shape.count))
  }

  private init(_ shape: TensorShape, _ storage: TensorStorage) {
    self.shape = shape
    self.storage = storage
  }

  /// Goes on writing into the memory of a tensor that nothing else looks at; copies it when something does.
  public init(reusing tensor: consuming Tensor) {
    // What is on a device is never changed in place: its kernels replace the contents.
    guard tensor.device == nil else {
      let own = copy tensor
      let whole = own.offset == 0 ? own : Tensor.map([own], to: own.shape, .operand(0))
      self.init(whole.shape, whole.storage)
      return
    }
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
  public init(repeating value: Float, _ shape: TensorShape) {
    self.init(shape)
    storage.elements.update(repeating: value, count: shape.count)
  }

  /// Calls `body` with the elements in row-major order, in host memory.
  ///
  /// Elements of a device are copied to the host first, and stay there.
  public mutating func withElements<R, E: Error>(
    file: StaticString = #fileID, _ body: (UnsafeMutableBufferPointer<Float>) throws(E) -> R
  ) throws(E) -> R {
    if let memory = storage.deviceMemory {
      let copy = TensorStorage(count: shape.count)
      memory.copy(0..<shape.count, to: copy.elements, at: .unnamed(file: "\(file)"))
      storage = copy
    }
    return try body(UnsafeMutableBufferPointer(start: storage.elements, count: shape.count))
  }

  /// The values so far, for kernels of a device, which put others in their place.
  public var contents: Tensor { Tensor(shape: shape, storage: storage) }

  /// Takes the values of a tensor of as many elements, for kernels of a device.
  public mutating func replaceContents(with tensor: Tensor) {
    require(tensor.count == shape.count, "\(tensor.shape) can't be the contents of a buffer of \(shape)")
    let whole = tensor.offset == 0 ? tensor : Tensor.map([tensor], to: tensor.shape, .operand(0))
    storage = whole.storage
  }

  /// Ends writing and gives the values as a tensor, without a copy.
  public consuming func freeze() -> Tensor {
    Tensor(shape: shape, storage: storage)
  }
}
