public import XAITensor

/// A matrix drawn as coloured cells with labelled axes and a colour bar, such as one weight for each layer and head.
public struct MatrixFigure: Sendable {
  /// Which cells are framed: the highest red, the lowest yellow.
  public enum Emphasis: String, Hashable, Sendable, CaseIterable {
    /// No cell.
    case none
    /// The extremes of each row.
    case perRow
    /// The extremes of the whole matrix.
    case global
  }

  /// The values: rows × columns.
  public var values: Tensor
  /// The line above the figure; none where empty.
  public var title = ""
  /// What the rows are, such as "Layer".
  public var rowTitle = ""
  /// What the columns are, such as "Head".
  public var columnTitle = ""
  /// The names of the rows; their numbers from 0 where empty.
  public var rowLabels: [String] = []
  /// The names of the columns; their numbers from 0 where empty.
  public var columnLabels: [String] = []
  /// The colours of the values.
  public var colourMap = ColourMap.viridis
  /// The values that the ends of the colour map stand for; the lowest and highest of the matrix where nil.
  public var range: ClosedRange<Float>?
  /// Which cells are framed.
  public var emphasis = Emphasis.perRow
  /// The side of a cell in pixels.
  public var cellSide = 32
  /// The size of the text: 1 has capitals of 8 pixels, 2 of 16, and so on.
  public var textScale = 2

  /// Makes a figure of a matrix.
  public init(values: Tensor) { self.values = values }

  /// Draws the figure.
  ///
  /// Throws ``FigureError`` where the values are no matrix, are empty or aren't finite. Traps on sizes below 1.
  public func image() throws(FigureError) -> Image {
    precondition(cellSide > 0 && textScale > 0, "cells and text have a positive size")
    try values.checkMap(named: "matrix")
    return MatrixDrawing(self).image()
  }
}
