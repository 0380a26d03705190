import XAIFoundation
public import XAITensor

/// Bilinear interpolation with half-pixel centres: PyTorch's `interpolate(mode="bilinear", align_corners=False)`.
///
/// Sample i of n takes the source at s = max((i + ½)·m/n − ½, 0), between ⌊s⌋ and the next sample or the last. Shrinking
/// isn't antialiased.
public struct BilinearUpsampling: Hashable, Sendable {
  /// Rows of the result.
  public var height: Int
  /// Columns of the result.
  public var width: Int

  /// Makes an interpolation to `height × width`; traps on sizes that aren't positive.
  public init(height: Int, width: Int) {
    require(height > 0 && width > 0, "maps are interpolated to a positive size, not \(height)×\(width)")
    self.height = height
    self.width = width
  }

  /// Interpolates the last two dimensions of a tensor; traps where one of them is empty or absent.
  public func callAsFunction(_ maps: Tensor) -> Tensor {
    let rank = maps.shape.rank
    require(
      rank >= 2 && maps.shape[rank - 2] > 0 && maps.shape[rank - 1] > 0,
      "a map is rows × columns, not \(maps.shape)")
    let (sourceHeight, sourceWidth) = (maps.shape[rank - 2], maps.shape[rank - 1])
    let rows = Self.positions(from: sourceHeight, to: height)
    let columns = Self.positions(from: sourceWidth, to: width)
    let leading = Array(maps.shape.extents.dropLast(2))
    return Tensor(TensorShape(leading + [height, width])) { result in
      maps.withElements { elements in
        guard var source = elements.baseAddress else { return }
        var target = result
        for _ in 0..<leading.reduce(1, *) {
          for row in rows {
            let upper = source + row.first * sourceWidth
            let lower = source + row.second * sourceWidth
            for column in columns {
              let above = upper[column.first] * (1 - column.share) + upper[column.second] * column.share
              let below = lower[column.first] * (1 - column.share) + lower[column.second] * column.share
              target.pointee = above * (1 - row.share) + below * row.share
              target += 1
            }
          }
          source += sourceHeight * sourceWidth
        }
      }
    }
  }

  /// The two source samples of each target sample, and the share of the second.
  private static func positions(from source: Int, to target: Int) -> [(first: Int, second: Int, share: Float)]
  {
    let scale = Float(source) / Float(target)
    return (0..<target).map { index in
      let position = max(scale * (Float(index) + 0.5) - 0.5, 0)
      let first = min(Int(position), source - 1)
      return (first, min(first + 1, source - 1), position - Float(first))
    }
  }
}
