public import XAITensor

/// A grid over an image whose cells are hidden by more or less, each as a whole: a pixel belongs to the cell that it lies in.
public struct MaskCells: Sendable {
  /// The cells.
  public let grid: PatchGrid
  private let patches: PatchCells
  /// The cell of each pixel, row by row.
  private let labels: [Int32]

  /// Divides an input.
  ///
  /// - Parameters:
  ///   - side: cells along each side; nil for the model's patches.
  ///   - patches: those of the input.
  public init(side: Int?, over patches: PatchCells) {
    let grid = side.map { PatchGrid(rows: $0, columns: $0) } ?? patches.grid
    self.grid = grid
    self.patches = patches
    labels = (0..<patches.height).flatMap { row in
      (0..<patches.width).map { column in
        Int32(row * grid.rows / patches.height * grid.columns + column * grid.columns / patches.width)
      }
    }
  }

  /// How many cells there are.
  public var count: Int { grid.count }

  /// A mask of H × W pixels from one value for each cell.
  public func mask(_ values: [Float]) -> Tensor {
    Tensor([labels.count]) { pixels in
      for (pixel, label) in labels.enumerated() { pixels[pixel] = values[Int(label)] }
    }
  }

  /// The mean over the pixels of each patch of what their cells have.
  public func patchScores(_ scores: [Double]) -> [Float] { patches.means(of: labels.map { scores[Int($0)] }) }

  /// The image with `hidden` in its place where a mask is 0, and what is between where it is between.
  ///
  /// - Parameters:
  ///   - image: the model's input, [3, H, W].
  ///   - hidden: what stands in the place of hidden cells, [3, H, W].
  ///   - count: how many masks.
  ///   - values: makes the values of a mask's cells.
  public func frames(
    of image: Tensor, hiddenAs hidden: Tensor, count: Int,
    values: @escaping @Sendable (_ mask: Int) -> [Float]
  ) -> FramePlan {
    FramePlan(count: count) { index in
      Frame(.image(.blend(image, with: hidden) { mask(values(index)) }))
    }
  }
}
