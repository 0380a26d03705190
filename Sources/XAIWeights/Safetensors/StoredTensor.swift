public import XAITensor

/// What a safetensors header says of one tensor.
public struct StoredTensor: Hashable, Sendable {
  /// The name, such as `vit.encoder.layer.0.attention.attention.query.weight`.
  public let name: String
  /// The type of the elements in the file.
  public let type: StoredType
  /// Extents, outermost first.
  public let shape: Shape
  /// Where the elements lie, in bytes from the beginning of the file.
  public let byteRange: Range<Int>
}
