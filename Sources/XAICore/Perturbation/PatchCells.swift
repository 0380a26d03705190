import XAIFoundation
import XAITensor

/// Which pixels of an input belong to each patch.
public struct PatchCells: Hashable, Sendable {
  /// The patches.
  public let grid: PatchGrid
  /// Rows of the input.
  public let height: Int
  /// Columns of the input.
  public let width: Int

  /// Divides an input of `height` × `width` pixels.
  public init(grid: PatchGrid, height: Int, width: Int) {
    self.grid = grid
    self.height = height
    self.width = width
  }

  /// The patches of the images of a trace.
  public init(of trace: ForwardTrace) {
    self.init(grid: trace.layout.grid, height: trace.input.shape[2], width: trace.input.shape[3])
  }

  /// The patches of a layer of the images of a trace.
  public init(of trace: ForwardTrace, layer: Int) {
    self.init(
      grid: trace.layout.grid(ofLayer: layer), height: trace.input.shape[2], width: trace.input.shape[3])
  }

  /// The pixel rows of a row of patches.
  public func rows(of row: Int) -> Range<Int> { row * height / grid.rows..<(row + 1) * height / grid.rows }

  /// The pixel columns of a column of patches.
  public func columns(of column: Int) -> Range<Int> {
    column * width / grid.columns..<(column + 1) * width / grid.columns
  }

  /// The mean of a map of pixels, row by row, over each patch.
  public func means(of pixels: [Double]) -> [Float] {
    require(pixels.count == height * width, "\(pixels.count) values are not \(height)×\(width)")
    return (0..<grid.count).map { patch in
      let (rows, columns) = (rows(of: patch / grid.columns), columns(of: patch % grid.columns))
      var sum = 0.0
      for row in rows { for column in columns { sum += pixels[row * width + column] } }
      return Float(sum / Double(max(rows.count * columns.count, 1)))
    }
  }
}
