public import XAITensor

/// How values of pixels become one score a patch.
public enum PatchReduction: String, OptionValue, CaseIterable {
  /// The sum over channels and pixels: what speaks against the class is subtracted.
  case sum
  /// The sum of absolute values: what speaks against the class counts like what speaks for it.
  case abs

  /// What the scores mean.
  public var scoreMeaning: ScoreMeaning { self == .sum ? .signed : .magnitude }

  /// The scores of patches.
  ///
  /// - Parameters:
  ///   - values: [3, H, W].
  ///   - grid: the patches; they divide the pixels evenly.
  /// - Returns: one score a patch, row by row.
  public func scores(of values: Tensor, grid: Grid) -> [Float] {
    let (channels, height, width) = (values.shape[0], values.shape[1], values.shape[2])
    let patchWidth = width / grid.columns
    var sums = [Double](repeating: 0, count: grid.count)
    values.withElements { values in
      for row in 0..<channels * height {
        let patchRow = row % height * grid.rows / height * grid.columns
        for column in 0..<grid.columns {
          let start = row * width + column * patchWidth
          var sum: Float = 0
          switch self {
          case .sum: for index in start..<start + patchWidth { sum += values[index] }
          case .abs: for index in start..<start + patchWidth { sum += Swift.abs(values[index]) }
          }
          sums[patchRow + column] += Double(sum)
        }
      }
    }
    return sums.map { Float($0) }
  }
}

extension Tensor {
  /// The product entry by entry with a tensor of the same shape.
  public func multiplied(with other: Tensor) -> Tensor {
    precondition(shape == other.shape, "\(shape) times \(other.shape)")
    return Tensor(shape) { product in
      withElements { own in
        other.withElements { other in
          for index in own.indices { product[index] = own[index] * other[index] }
        }
      }
    }
  }
}
