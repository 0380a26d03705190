import XAIFoundation
import XAIImage
public import XAITensor

/// The channels of an activation as maps of patches, and as masks of pixels.
public struct ChannelMaps: Sendable {
  /// The patches.
  public let cells: PatchCells
  /// How many channels.
  public let count: Int
  /// Channel after channel, each row by row.
  public let values: [Float]

  /// Holds maps; traps where they don't fill the grid.
  public init(_ values: [Float], count: Int, cells: PatchCells) {
    require(values.count == count * cells.grid.count, "one value per patch and channel")
    (self.values, self.count, self.cells) = (values, count, cells)
  }

  /// Takes the patch tokens of one image's activation, [N, D].
  public init(_ activation: Tensor, patches: Range<Int>, cells: PatchCells) {
    let width = activation.shape[1]
    self.init(
      activation.onHost("activations").withElements { elements in
        (0..<width).flatMap { channel in patches.map { elements[$0 * width + channel] } }
      }, count: width, cells: cells)
  }

  /// The map of a channel, rows × columns.
  public subscript(channel: Int) -> Tensor {
    let start = channel * cells.grid.count
    return Tensor([cells.grid.rows, cells.grid.columns], Array(values[start..<start + cells.grid.count]))
  }

  /// The map of a channel at the size of the input, bilinear as maps are drawn.
  public func upsampled(_ channel: Int) -> Tensor {
    BilinearUpsampling(height: cells.height, width: cells.width)(self[channel])
  }

  /// The mask of a channel: upsampled, then scaled to [0, 1] by its minimum and maximum; zeros where it is flat.
  public func mask(_ channel: Int) -> [Float] { minMaxNormalised(upsampled(channel).elements) }
}
