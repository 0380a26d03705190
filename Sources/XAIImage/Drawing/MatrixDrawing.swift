import XAIFoundation
import XAITensor

/// Lays out and draws a `MatrixFigure` whose values have been checked.
struct MatrixDrawing {
  private let figure: MatrixFigure
  private let values: [Float]
  private let rows: Int
  private let columns: Int
  private let range: ClosedRange<Float>
  private let scale: Int
  private let gap: Int
  private let rowLabels: [String]
  private let columnLabels: [String]
  private let grid: Canvas.Rectangle
  private let barLabels: (low: String, high: String)
  private let size: (width: Int, height: Int)

  init(_ figure: MatrixFigure) {
    self.figure = figure
    values = figure.values.elements
    rows = figure.values.shape[0]
    columns = figure.values.shape[1]
    range = figure.range ?? (values.min() ?? 0)...(values.max() ?? 0)
    scale = figure.textScale
    gap = 4 * scale
    rowLabels = figure.rowLabels.isEmpty ? (0..<rows).map(String.init) : figure.rowLabels
    columnLabels = figure.columnLabels.isEmpty ? (0..<columns).map(String.init) : figure.columnLabels
    barLabels = (compact(Double(range.lowerBound)), compact(Double(range.upperBound)))

    let line = BitmapFont.glyphHeight * scale + gap
    let labelWidth = rowLabels.map { BitmapFont.width(of: $0, scale: figure.textScale) }.max() ?? 0
    let left = gap + (figure.rowTitle.isEmpty ? 0 : line) + labelWidth + gap
    let top = gap + (figure.title.isEmpty ? 0 : line)
    grid = Canvas.Rectangle(x: left, y: top, width: columns * figure.cellSide, height: rows * figure.cellSide)
    let barWidth = max(
      BitmapFont.width(of: barLabels.low, scale: scale), BitmapFont.width(of: barLabels.high, scale: scale))
    let titleWidth = BitmapFont.width(of: figure.title, scale: scale) + 2 * gap
    size = (
      max(left + grid.width + 6 * gap + barWidth, titleWidth),
      // The colour bar needs room for its two numbers.
      top + max(grid.height, 3 * line) + gap + line + (figure.columnTitle.isEmpty ? 0 : line)
    )
  }

  func image() -> Image {
    var canvas = Canvas(width: size.width, height: size.height)
    drawCells(on: &canvas)
    drawFrames(on: &canvas)
    drawAxes(on: &canvas)
    drawColourBar(on: &canvas)
    return canvas.image
  }

  private func cell(_ index: Int) -> Canvas.Rectangle {
    let side = figure.cellSide
    return Canvas.Rectangle(
      x: grid.x + index % columns * side, y: grid.y + index / columns * side, width: side, height: side)
  }

  private func drawCells(on canvas: inout Canvas) {
    let colours = figure.colourMap.colours
    for (index, value) in values.enumerated() {
      canvas.fill(cell(index), with: colours[ColourMap.index(of: position(of: value))])
    }
    // A hair of white between cells, where they are large enough to spare it.
    guard figure.cellSide >= 12 else { return }
    for index in values.indices { canvas.outline(cell(index), with: .white, thickness: 1) }
  }

  /// Where a value lies in the range, from 0 to 1; the middle of an empty range.
  private func position(of value: Float) -> Float {
    // Halves, so that the width of a range of the largest floats stays finite.
    let width = range.upperBound / 2 - range.lowerBound / 2
    return width > 0 ? (value / 2 - range.lowerBound / 2) / width : 0.5
  }

  private func drawFrames(on canvas: inout Canvas) {
    switch figure.emphasis {
    case .none: return
    case .global: drawFrames(of: values.indices, on: &canvas)
    case .perRow:
      for row in 0..<rows { drawFrames(of: row * columns..<(row + 1) * columns, on: &canvas) }
    }
  }

  /// Frames the extremes among some cells; the first of equal ones, and none where all are equal.
  private func drawFrames(of cells: Range<Int>, on canvas: inout Canvas) {
    guard let highest = cells.max(by: { values[$0] < values[$1] }),
      let lowest = cells.min(by: { values[$0] < values[$1] }),
      values[highest] > values[lowest]
    else { return }
    let first = cells.first { values[$0] == values[highest] } ?? highest
    let thickness = max(figure.cellSide / 10, 1)
    canvas.outline(cell(lowest), with: .yellow, thickness: thickness)
    canvas.outline(cell(first), with: .red, thickness: thickness)
  }

  private func drawAxes(on canvas: inout Canvas) {
    let (side, capHeight) = (figure.cellSide, BitmapFont.capHeight * scale)
    let every = max((BitmapFont.glyphHeight * scale + side - 1) / side, 1)
    for (row, label) in rowLabels.prefix(rows).enumerated() where row % every == 0 {
      canvas.draw(
        label, x: grid.x - gap - BitmapFont.width(of: label, scale: scale),
        y: grid.y + row * side + (side - capHeight) / 2, scale: scale)
    }
    let widest = columnLabels.map { BitmapFont.width(of: $0, scale: figure.textScale) }.max() ?? 0
    let everyColumn = max((widest + gap + side - 1) / side, 1)
    let labelTop = grid.y + grid.height + gap
    for (column, label) in columnLabels.prefix(columns).enumerated() where column % everyColumn == 0 {
      let x = grid.x + column * side
      canvas.draw(label, centredIn: x..<x + side, y: labelTop, scale: scale)
    }
    canvas.draw(figure.title, centredIn: 0..<size.width, y: gap, scale: scale)
    canvas.draw(
      figure.columnTitle, centredIn: grid.x..<grid.x + grid.width,
      y: labelTop + BitmapFont.glyphHeight * scale + gap, scale: scale)
    let titleWidth = BitmapFont.width(of: figure.rowTitle, scale: scale)
    canvas.drawUpwards(
      figure.rowTitle, x: gap, y: grid.y + (grid.height + titleWidth) / 2, scale: scale)
  }

  private func drawColourBar(on canvas: inout Canvas) {
    let colours = figure.colourMap.colours
    let line = BitmapFont.glyphHeight * scale + gap
    let bar = Canvas.Rectangle(
      x: grid.x + grid.width + 2 * gap, y: grid.y, width: 3 * gap, height: max(grid.height, 3 * line))
    for y in 0..<bar.height {
      let colour = colours[255 - y * 256 / bar.height]
      canvas.fill(Canvas.Rectangle(x: bar.x, y: bar.y + y, width: bar.width, height: 1), with: colour)
    }
    canvas.outline(bar, with: .black, thickness: 1)
    let x = bar.x + bar.width + gap / 2
    canvas.draw(barLabels.high, x: x, y: bar.y, scale: scale)
    canvas.draw(barLabels.low, x: x, y: bar.y + bar.height - BitmapFont.capHeight * scale, scale: scale)
  }
}
