import XAIImage
public import XAITensor

extension Attribution {
  /// The map that is drawn and judged, [input height, input width] in [0, 1].
  ///
  /// Scores are interpolated bilinearly with half-pixel centres (PyTorch's `align_corners=False`), and only then scaled
  /// by minimum and maximum. A degenerate map is all zeros.
  public var map: Tensor {
    // Interpolating equal scores leaves differences of rounding, which the scaling would make into a picture.
    guard !isDegenerate else { return Tensor(repeating: 0, [inputHeight, inputWidth]) }
    let upsampled = BilinearUpsampling(height: inputHeight, width: inputWidth)(
      Tensor([grid.rows, grid.columns], scores))
    return Tensor(upsampled.shape, minMaxNormalised(upsampled.elements))
  }
}
