/// A grid of images with a title, column headers and row labels.
public struct Montage: Hashable, Sendable {
  /// The line above the whole figure; none where empty.
  public var title: String
  /// The text above each column; none where empty.
  public var columnHeaders: [String]
  /// The text left of each row, in lines as it has line breaks; none where empty.
  public var rowLabels: [String]
  /// The images, row by row; nil leaves a place empty.
  public var rows: [[Image?]]
  /// The text under each image, row by row; none where empty.
  public var captions: [[String]]
  /// The width of a place in pixels; images are scaled to fit, their shape kept.
  public var cellWidth: Int
  /// The height of a place in pixels.
  public var cellHeight: Int
  /// The space around and between places in pixels.
  public var margin: Int
  /// The size of the text: 1 has capitals of 8 pixels, 2 of 16, and so on.
  public var textScale: Int

  /// Makes a montage; traps when an extent isn't positive.
  public init(
    rows: [[Image?]], columnHeaders: [String] = [], rowLabels: [String] = [], captions: [[String]] = [],
    title: String = "", cellWidth: Int = 224, cellHeight: Int = 224, margin: Int = 8, textScale: Int = 2
  ) {
    precondition(
      cellWidth > 0 && cellHeight > 0 && margin >= 0 && textScale > 0,
      "a montage needs places of a positive extent and text of a positive size")
    self.title = title
    self.columnHeaders = columnHeaders
    self.rowLabels = rowLabels
    self.rows = rows
    self.captions = captions
    self.cellWidth = cellWidth
    self.cellHeight = cellHeight
    self.margin = margin
    self.textScale = textScale
  }

  /// Draws the montage.
  ///
  /// Texts that are too long for their place end in an ellipsis.
  public func image() -> Image {
    let layout = Layout(self)
    var canvas = Canvas(width: layout.width, height: layout.height)
    if !title.isEmpty {
      canvas.draw(
        fitted(title, layout.width - 2 * margin, scale: layout.titleScale), centredIn: 0..<layout.width,
        y: margin,
        scale: layout.titleScale)
    }
    for (column, header) in columnHeaders.prefix(layout.columns).enumerated() {
      let x = layout.x(of: column)
      canvas.draw(
        fitted(header, cellWidth, scale: textScale), centredIn: x..<x + cellWidth,
        y: layout.top - margin / 2 - BitmapFont.glyphHeight * textScale, scale: textScale)
    }
    for (row, label) in rowLabels.prefix(rows.count).enumerated() {
      let lines = label.split(separator: "\n", omittingEmptySubsequences: false)
      let lineHeight = (BitmapFont.glyphHeight + 2) * textScale
      let height = (lines.count - 1) * lineHeight + BitmapFont.capHeight * textScale
      for (index, line) in lines.enumerated() {
        let text = fitted(String(line), layout.labelWidth, scale: textScale)
        canvas.draw(
          text, x: layout.left - margin - BitmapFont.width(of: text, scale: textScale),
          y: layout.y(of: row) + (cellHeight - height) / 2 + index * lineHeight, scale: textScale)
      }
    }
    for (row, pictures) in rows.enumerated() {
      for (column, picture) in pictures.enumerated() {
        guard let picture, picture.width > 0, picture.height > 0 else { continue }
        draw(picture, on: &canvas, x: layout.x(of: column), y: layout.y(of: row))
      }
    }
    for (row, texts) in captions.prefix(rows.count).enumerated() {
      for (column, text) in texts.prefix(layout.columns).enumerated() {
        let x = layout.x(of: column)
        canvas.draw(
          fitted(text, cellWidth, scale: textScale), centredIn: x..<x + cellWidth,
          y: layout.y(of: row) + cellHeight + margin / 2, scale: textScale)
      }
    }
    return canvas.image
  }

  /// Draws an image into the middle of its place.
  private func draw(_ picture: Image, on canvas: inout Canvas, x: Int, y: Int) {
    let scale = min(Double(cellWidth) / Double(picture.width), Double(cellHeight) / Double(picture.height))
    let width = min(max(Int((Double(picture.width) * scale).rounded()), 1), cellWidth)
    let height = min(max(Int((Double(picture.height) * scale).rounded()), 1), cellHeight)
    canvas.draw(
      picture.resized(width: width, height: height, filter: .bicubic), x: x + (cellWidth - width) / 2,
      y: y + (cellHeight - height) / 2)
  }

  private func fitted(_ text: String, _ width: Int, scale: Int) -> String {
    BitmapFont.fitted(text, width: width, scale: scale)
  }
}

/// Where the parts of a montage stand.
private struct Layout {
  var montage: Montage
  var columns: Int
  var labelWidth: Int
  var titleScale: Int
  var left: Int
  var top: Int
  var rowHeight: Int

  init(_ montage: Montage) {
    self.montage = montage
    let margin = montage.margin
    columns = max(montage.rows.map(\.count).max() ?? 0, montage.columnHeaders.count)
    let lines = montage.rowLabels.flatMap { $0.split(separator: "\n") }
    let widths = lines.map { BitmapFont.width(of: String($0), scale: montage.textScale) }
    // Labels take at most the width of a place.
    labelWidth = min(widths.max() ?? 0, montage.cellWidth)
    left = margin + (labelWidth > 0 ? labelWidth + margin : 0)
    let gridWidth = left + columns * (montage.cellWidth + margin)
    // The title is one size larger where it fits whole.
    let larger = montage.textScale + 1
    titleScale =
      BitmapFont.width(of: montage.title, scale: larger) <= gridWidth - 2 * margin
      ? larger : montage.textScale
    top = margin
    if !montage.title.isEmpty { top += BitmapFont.glyphHeight * titleScale + margin }
    if !montage.columnHeaders.isEmpty { top += BitmapFont.glyphHeight * montage.textScale + margin / 2 }
    rowHeight = montage.cellHeight + margin
    if !montage.captions.isEmpty { rowHeight += BitmapFont.glyphHeight * montage.textScale + margin / 2 }
  }

  var width: Int { max(left + columns * (montage.cellWidth + montage.margin), 1) }

  var height: Int { max(top + montage.rows.count * rowHeight, 1) }

  func x(of column: Int) -> Int { left + column * (montage.cellWidth + montage.margin) }

  func y(of row: Int) -> Int { top + row * rowHeight }
}

extension Canvas {
  /// Draws a line of text in the middle of a range of columns.
  mutating func draw(_ text: String, centredIn columns: Range<Int>, y: Int, scale: Int) {
    let width = BitmapFont.width(of: text, scale: scale)
    draw(text, x: columns.lowerBound + (columns.count - width) / 2, y: y, scale: scale)
  }
}
