import XAIImage
public import XAITensor

extension Attribution {
  /// The scores on the grid of patches, rows × columns.
  public var map: Tensor { Tensor([grid.rows, grid.columns], scores) }

  /// The scores at the size of the input, bilinear with half-pixel centres (PyTorch's `align_corners=False`).
  public var upsampledMap: Tensor { BilinearUpsampling(height: inputHeight, width: inputWidth)(map) }

  /// The map that is drawn: upsampled, then scaled to [0, 1] by its minimum and maximum; a degenerate one is all zeros.
  public var heatMap: Tensor {
    // Interpolating equal scores leaves differences of rounding, which the scaling would make into an image.
    guard !isDegenerate else { return Tensor(repeating: 0, [inputHeight, inputWidth]) }
    return Tensor([inputHeight, inputWidth], minMaxNormalised(upsampledMap.elements))
  }
}
