import XAIFoundation
public import XAIImage
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

  /// The values, row by row; nil where there is none, which is drawn grey with a dash.
  public var rows: [[Double?]]
  /// The text above the figure; none where empty.
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
  public var range: ClosedRange<Double>?
  /// Which cells are framed.
  public var emphasis = Emphasis.perRow
  /// How many places after the point the numbers in the cells have; none are written where nil.
  public var places: Int?
  /// The side of a cell in points.
  public var cellSide = 18.0
  /// The size of the text in points.
  public var textSize = 8.0
  /// What a page shows where someone points at a cell; nothing where nil.
  package var tips: [[String]]?

  /// Makes a figure of rows of values.
  public init(rows: [[Double?]]) { self.rows = rows }

  /// Makes a figure of a matrix.
  ///
  /// Throws `FigureError` where the values are no matrix, are empty or aren't finite.
  public init(values: Tensor) throws(FigureError) {
    try values.checkMap(named: "matrix")
    let elements = values.elements.map(Double.init)
    let columns = values.shape[1]
    rows = stride(from: 0, to: elements.count, by: columns).map { start in
      elements[start..<start + columns].map { $0 }
    }
  }

  /// Draws the figure.
  ///
  /// Throws `FigureError` where there is no cell, rows differ in length, or a value isn't finite, and where sizes aren't
  /// positive.
  public func drawing() throws(FigureError) -> Drawing {
    guard cellSide > 0, textSize > 0 else {
      throw .wrongShape(
        figure: "matrix", shape: "of cells of \(cellSide) and text of \(textSize) points",
        needed: "of positive sizes")
    }
    let columns = rows.first?.count ?? 0
    guard columns > 0, rows.allSatisfy({ $0.count == columns }) else {
      throw .wrongShape(
        figure: "matrix",
        shape: rows.map { String($0.count) }.joined(separator: ", ") + " values in its rows",
        needed: "rows of one length and not empty")
    }
    for (row, values) in rows.enumerated() {
      for (column, value) in values.enumerated() where value.map(\.isFinite) == false {
        throw .notFinite(figure: "matrix", row: row, column: column)
      }
    }
    return MatrixLayout(self).drawing()
  }

  /// Makes cells so large or small that the figure has a width in points; they stay larger than a point.
  public mutating func fit(width: Double) {
    cellSide = 10
    let columns = Double(max(rows.first?.count ?? 0, 1))
    let rest = MatrixLayout(self).width - 10 * columns
    cellSide = max((width - rest) / columns, 1)
  }
}

/// Lays out and draws a `MatrixFigure` whose values have been checked.
private struct MatrixLayout {
  private let figure: MatrixFigure
  private let columns: Int
  private let range: ClosedRange<Double>
  private let gap: Double
  private let size: Double
  private let side: Double
  private let title: TextBlock
  private let rowLabels: [TextBlock]
  private let columnLabels: [String]
  private let runsUpwards: Bool
  private let columnLabelHeight: Double
  private let grid: Drawing.Rectangle
  private let bar: ColourBar
  private let barHeight: Double
  let width: Double

  init(_ figure: MatrixFigure) {
    self.figure = figure
    (size, side, gap) = (figure.textSize, figure.cellSide, figure.textSize / 2)
    let line = size * TextMetrics.lineHeight
    let rows = figure.rows.count
    columns = figure.rows.first?.count ?? 0
    let values = figure.rows.joined().compactMap { $0 }
    range = figure.range ?? (values.min() ?? 0)...(values.max() ?? 0)
    let names = figure.rowLabels.isEmpty ? (0..<rows).map(String.init) : figure.rowLabels
    // Long names take several lines where the cells have the height for them.
    rowLabels = names.prefix(rows).map {
      TextBlock($0, size: figure.textSize, width: 22 * figure.textSize, height: max(figure.cellSide, line))
    }
    columnLabels = figure.columnLabels.isEmpty ? (0..<columns).map(String.init) : figure.columnLabels
    let widest = columnLabels.map { TextMetrics.width(of: $0, size: figure.textSize) }.max() ?? 0
    // Numbers may be left out between others; names are turned instead.
    runsUpwards = widest > side - 2 && columnLabels.contains { Int($0) == nil }
    columnLabelHeight = runsUpwards ? widest : line

    let left =
      gap + (figure.rowTitle.isEmpty ? 0 : line + gap / 2) + (rowLabels.map(\.width).max() ?? 0) + gap
    bar = ColourBar(figure.colourMap, range: range)
    let gridWidth = Double(columns) * side
    width = left + gridWidth + 2 * gap + bar.width(textSize: size) + gap
    title = TextBlock(figure.title, size: size * 1.15, width: width - 2 * gap, isBold: true)
    grid = Drawing.Rectangle(
      x: left, y: gap + (title.lines.isEmpty ? 0 : title.height + gap), width: gridWidth,
      height: Double(rows) * side)
    // The bar needs room for its numbers.
    barHeight = max(grid.height, 4 * line)
  }

  func drawing() -> Drawing {
    let line = size * TextMetrics.lineHeight
    let height =
      max(
        grid.bottom + gap / 2 + columnLabelHeight + (figure.columnTitle.isEmpty ? 0 : line),
        grid.y + barHeight) + gap
    var drawing = Drawing(width: width, height: height, title: figure.title)
    drawing.draw(title, x: width / 2, top: gap, anchor: .middle, mark: .init("title"))
    drawCells(on: &drawing)
    drawFrames(on: &drawing)
    drawAxes(on: &drawing)
    bar.draw(on: &drawing, x: grid.right + 2 * gap, y: grid.y, height: barHeight, textSize: size)
    return drawing
  }

  private func cell(_ row: Int, _ column: Int) -> Drawing.Rectangle {
    Drawing.Rectangle(
      x: grid.x + Double(column) * side, y: grid.y + Double(row) * side, width: side, height: side)
  }

  private func drawCells(on drawing: inout Drawing) {
    let colours = figure.colourMap.colours
    // A hair of white between cells, where they are large enough to spare it.
    let inset = side >= 6 ? 0.25 : 0
    let numberSize = figure.places.map { places in
      let texts = figure.rows.joined().compactMap { $0.map { decimal($0, places: places) } }
      let widest = texts.map { TextMetrics.width(of: $0, size: 1) }.max() ?? 1
      return min((side - 2) / max(widest, 0.1), size)
    }
    for (row, values) in figure.rows.enumerated() {
      for (column, value) in values.enumerated() {
        let area = cell(row, column)
        let colour = value.map { colours[ColourMap.index(of: Float(position(of: $0)))] } ?? .grid
        let inner = Drawing.Rectangle(
          x: area.x + inset, y: area.y + inset, width: side - 2 * inset, height: side - 2 * inset)
        drawing.draw(
          .rectangle(inner), .filled(colour), mark: .init("cell", tip: figure.tips?[row][column] ?? ""))
        guard let numberSize, let places = figure.places else { continue }
        drawing.draw(
          .init(
            value.map { decimal($0, places: places) } ?? "–",
            at: .init(area.middle.x, area.middle.y + TextMetrics.digitHeight / 2 * numberSize),
            size: numberSize, anchor: .middle, colour: colour.readable, room: side), mark: .init("number"))
      }
    }
  }

  /// Where a value lies in the range, from 0 to 1; the middle of an empty range.
  private func position(of value: Double) -> Double {
    // Halves, so that the width of a range of the largest numbers stays finite.
    let width = range.upperBound / 2 - range.lowerBound / 2
    return width > 0 ? (value / 2 - range.lowerBound / 2) / width : 0.5
  }

  private func drawFrames(on drawing: inout Drawing) {
    let cells = figure.rows.enumerated().map { row, values in
      values.enumerated().compactMap { column, value in
        value.map { (place: cell(row, column), value: $0) }
      }
    }
    switch figure.emphasis {
    case .none: return
    case .global: drawFrames(of: Array(cells.joined()), on: &drawing)
    case .perRow: for row in cells { drawFrames(of: row, on: &drawing) }
    }
  }

  /// Frames the extremes among some cells; the first of equal ones, and none where all are equal.
  private func drawFrames(
    of cells: [(place: Drawing.Rectangle, value: Double)], on drawing: inout Drawing
  ) {
    guard let highest = cells.map(\.value).max(), let lowest = cells.map(\.value).min(), highest > lowest
    else { return }
    let thickness = max(side / 10, 0.5)
    for (value, colour) in [(lowest, Colour.yellow), (highest, .red)] {
      guard let area = cells.first(where: { $0.value == value })?.place else { continue }
      drawing.draw(
        .rectangle(
          .init(
            x: area.x + thickness / 2, y: area.y + thickness / 2, width: side - thickness,
            height: side - thickness)), .line(colour, width: thickness))
    }
  }

  private func drawAxes(on drawing: inout Drawing) {
    let line = size * TextMetrics.lineHeight
    // As many labels as there is room for; all of them where they are names.
    let every =
      rowLabels.allSatisfy({ $0.lines.count == 1 && Int($0.lines[0]) != nil })
      ? max(Int((line / side).rounded(.up)), 1) : 1
    for (row, label) in rowLabels.enumerated() where row % every == 0 {
      let top = grid.y + (Double(row) + 0.5) * side - label.height / 2
      drawing.draw(label, x: grid.x - gap, top: top, anchor: .end, colour: .muted, mark: .init("tick"))
    }
    let widest = columnLabels.map { TextMetrics.width(of: $0, size: figure.textSize) }.max() ?? 0
    let everyColumn = runsUpwards ? 1 : max(Int(((widest + gap / 2) / side).rounded(.up)), 1)
    let top = grid.bottom + gap / 2
    for (column, label) in columnLabels.prefix(columns).enumerated() where column % everyColumn == 0 {
      let x = grid.x + (Double(column) + 0.5) * side
      let place =
        runsUpwards
        ? Drawing.Point(x + TextMetrics.digitHeight / 2 * size, top)
        : Drawing.Point(x, top + TextMetrics.ascent * size)
      drawing.draw(
        .init(
          label, at: place, size: size, anchor: runsUpwards ? .end : .middle, colour: .muted,
          runsUpwards: runsUpwards), mark: .init("tick"))
    }
    let columnTitle = TextBlock(
      figure.columnTitle, size: size, width: max(grid.width, 20 * size), height: line)
    drawing.draw(
      columnTitle, x: grid.middle.x, top: top + columnLabelHeight, anchor: .middle, colour: .muted,
      mark: .init("axis"))
    drawing.draw(
      .init(
        figure.rowTitle, at: .init(gap + TextMetrics.ascent * size, grid.middle.y), size: size,
        anchor: .middle, colour: .muted, runsUpwards: true), mark: .init("axis"))
  }
}

extension Colour {
  /// Black or white, whichever stands out more from the colour.
  package var readable: Colour {
    // Relative luminance (WCAG 2.1); the two have the same contrast at √(1.05 · 0.05) − 0.05 = 0.179.
    func linear(_ sample: UInt8) -> Double {
      let share = Double(sample) / 255
      return share <= 0.04045 ? share / 12.92 : power((share + 0.055) / 1.055, 2.4)
    }
    let luminance = 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    return luminance > 0.179 ? .black : .white
  }
}
