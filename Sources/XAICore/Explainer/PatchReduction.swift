import XAIFoundation
public import XAITensor

/// How values of pixels become one score per patch or pixel.
public enum PatchReduction: String, OptionValue, CaseIterable {
  /// The sum: what speaks against the class is subtracted.
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
  /// - Returns: one score per patch, row by row.
  public func scores(of values: Tensor, grid: PatchGrid) -> [Float] {
    let (channels, height, width) = (values.shape[0], values.shape[1], values.shape[2])
    let patchWidth = width / grid.columns
    // Each line of a patch in single precision; then the lines of its channels, in double.
    let value = Elementwise.operand(0)
    let lines = Tensor.sum(
      self == .abs ? .absolute(value) : value, of: [Self.covered(values, width: grid.columns * patchWidth)],
      outer: channels * height * grid.columns, middle: patchWidth, inner: 1)
    let rows = (0..<grid.rows).map { row in
      (0..<channels * height).filter { $0 % height * grid.rows / height == row }
    }
    // Where the height is no multiple, some patches have a line less.
    let most = rows.map(\.count).max() ?? 0
    let order = (0..<grid.count).flatMap { patch in
      let rows = rows[patch / grid.columns]
      return rows.map { $0 * grid.columns + patch % grid.columns }
        + [Int](repeating: -1, count: most - rows.count)
    }
    let patches = lines.gathering(order, columns: 1, shape: [grid.count, most])
    return Tensor.sums(
      .operand(0), of: [patches], rows: grid.count, columns: most, at: "scores of patches"
    ).map { Float($0) }
  }

  /// The scores of pixels: sums over channels, row by row.
  ///
  /// - Parameter values: [3, H, W].
  public func scoresOfPixels(_ values: Tensor) -> [Float] {
    let value = Elementwise.operand(0)
    return Tensor.sum(
      self == .abs ? .absolute(value) : value, of: [values], outer: 1, middle: values.shape[0],
      inner: values.shape[1] * values.shape[2]
    ).onHost("scores of pixels").elements
  }

  /// How far rounding may move the scores of values that cancel in a sum: 2⁻²⁰ of the largest sum without signs.
  public func rounding(of values: Tensor, grid: PatchGrid) -> Double {
    guard self == .sum else { return 0 }
    return Double(PatchReduction.abs.scores(of: values, grid: grid).max() ?? 0) * 0x1p-20
  }

  /// The columns of pixels that patches cover.
  private static func covered(_ values: Tensor, width covered: Int) -> Tensor {
    let width = values.shape[2]
    guard covered < width else { return values }
    let rows = values.count / width
    return values.gathering(
      (0..<rows * covered).map { $0 / covered * width + $0 % covered }, columns: 1,
      shape: [values.shape[0], values.shape[1], covered])
  }
}

extension Tensor {
  /// The product entry by entry with a tensor of the same shape.
  public func multiplied(with other: Tensor) -> Tensor {
    require(shape == other.shape, "\(shape) times \(other.shape)")
    return .map([self, other], to: shape, Elementwise.operand(0) * .operand(1))
  }
}
