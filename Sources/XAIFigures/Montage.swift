import XAIFoundation
public import XAIImage

/// A grid of images with a title, column headers, row labels and captions, and what their colours stand for.
public struct Montage: Hashable, Sendable {
  /// The text above the whole figure; none where empty.
  public var title: String
  /// The text above each column; none where empty.
  public var columnHeaders: [String]
  /// The text left of each row; none where empty.
  public var rowLabels: [String]
  /// The images, row by row; nil leaves a place empty.
  public var rows: [[RGBImage?]]
  /// The text under each image, row by row; none where empty.
  public var captions: [[String]]
  /// What the colours of the images stand for, to the right of them, under one another.
  public var colourBars: [ColourBar]
  /// The width of a place in points; images are scaled to fit, their shape kept.
  public var cellWidth: Double
  /// The height of a place in points.
  public var cellHeight: Double
  /// The space around and between places in points.
  public var margin = 4.0
  /// The size of the text in points.
  public var textSize = 8.0
  /// Whether images are interpolated where they are drawn larger, or their pixels stay squares.
  public var isSmooth = true
  /// The width of the row labels in points, where it isn't that of the longest; pages of one figure share it.
  public var labelWidth: Double?
  /// How many rows there is room for, where there are fewer; pages of one figure share it.
  public var minimumRowCount = 0

  /// The side of a place, 40 mm, where none is chosen.
  public static let defaultCellSide = 40 / 25.4 * 72

  /// Makes a montage; traps when an extent isn't positive.
  public init(
    rows: [[RGBImage?]], columnHeaders: [String] = [], rowLabels: [String] = [], captions: [[String]] = [],
    title: String = "", colourBars: [ColourBar] = [], cellWidth: Double = defaultCellSide,
    cellHeight: Double = defaultCellSide
  ) {
    require(cellWidth > 0 && cellHeight > 0, "a montage needs places of a positive extent")
    self.title = title
    self.columnHeaders = columnHeaders
    self.rowLabels = rowLabels
    self.rows = rows
    self.captions = captions
    self.colourBars = colourBars
    self.cellWidth = cellWidth
    self.cellHeight = cellHeight
  }

  /// Draws the montage.
  ///
  /// Texts that are too long for their place are broken, or written smaller; none is cut.
  public func drawing() -> Drawing {
    let layout = MontageLayout(self)
    var drawing = Drawing(width: layout.width, height: layout.height, title: title)
    drawing.draw(layout.title, x: layout.width / 2, top: margin, anchor: .middle)
    for (column, header) in layout.headers.enumerated() {
      drawing.draw(
        header, x: layout.x(of: column) + cellWidth / 2, top: layout.top - margin / 2 - header.height,
        anchor: .middle)
    }
    for (row, label) in layout.labels.enumerated() {
      drawing.draw(
        label, x: layout.left - margin, top: layout.y(of: row) + (cellHeight - label.height) / 2, anchor: .end
      )
    }
    for (row, images) in rows.enumerated() {
      for (column, image) in images.enumerated() {
        guard let image, image.width > 0, image.height > 0 else { continue }
        draw(image, on: &drawing, x: layout.x(of: column), y: layout.y(of: row))
      }
    }
    for (row, captions) in layout.captions.enumerated() {
      for (column, caption) in captions.enumerated() {
        drawing.draw(
          caption, x: layout.x(of: column) + cellWidth / 2, top: layout.y(of: row) + cellHeight + margin / 4,
          anchor: .middle)
      }
    }
    let room = layout.gridHeight / Double(max(colourBars.count, 1))
    for (index, bar) in colourBars.enumerated() {
      bar.draw(
        on: &drawing, x: layout.right + 2 * margin, y: layout.top + Double(index) * room,
        height: min(2 * cellHeight, room - (index < colourBars.count - 1 ? 2 * margin : 0)),
        textSize: textSize)
    }
    return drawing
  }

  /// Makes places so large or small that the figure has a width in points; they keep their shape.
  public mutating func fit(width: Double) {
    // Labels without a width of their own take no more than a place, so that their room changes with it.
    for _ in 0..<20 {
      let layout = MontageLayout(self)
      let rest = layout.width - Double(layout.columns) * cellWidth
      let cell = max((width - rest) / Double(max(layout.columns, 1)), 1)
      guard abs(cell - cellWidth) > 0.01 else { return }
      cellHeight *= cell / cellWidth
      cellWidth = cell
    }
  }

  /// An image with no more pixels than can be seen in a place of the montage.
  public func reduced(_ image: RGBImage) -> RGBImage {
    guard image.width > 0, image.height > 0 else { return image }
    let share =
      min(cellWidth / Double(image.width), cellHeight / Double(image.height)) * Figure.imageResolution / 72
    guard share < 1 else { return image }
    return image.resampled(
      width: max(Int((Double(image.width) * share).rounded()), 1),
      height: max(Int((Double(image.height) * share).rounded()), 1), filter: .bicubic)
  }

  /// Draws an image into the middle of its place.
  private func draw(_ image: RGBImage, on drawing: inout Drawing, x: Double, y: Double) {
    let scale = min(cellWidth / Double(image.width), cellHeight / Double(image.height))
    let (width, height) = (Double(image.width) * scale, Double(image.height) * scale)
    drawing.draw(
      .image(
        reduced(image),
        .init(x: x + (cellWidth - width) / 2, y: y + (cellHeight - height) / 2, width: width, height: height),
        isSmooth: isSmooth))
  }
}

/// Where the parts of a montage stand.
private struct MontageLayout {
  let title: TextBlock
  let headers: [TextBlock]
  let labels: [TextBlock]
  let captions: [[TextBlock]]
  let columns: Int
  let left: Double
  let top: Double
  let width: Double
  private let montage: Montage
  private let rowHeight: Double
  private let rowCount: Int

  init(_ montage: Montage) {
    self.montage = montage
    let (margin, size) = (montage.margin, montage.textSize)
    columns = max(montage.rows.map(\.count).max() ?? 0, montage.columnHeaders.count)
    rowCount = max(montage.rows.count, montage.minimumRowCount)
    let longest = TextBlock(montage.rowLabels.joined(separator: "\n"), size: size).width
    // Labels take at most the width of a place.
    let labelWidth = montage.labelWidth ?? min(longest, montage.cellWidth)
    labels = montage.rowLabels.prefix(montage.rows.count).map {
      TextBlock($0, size: size, width: max(labelWidth, 1), height: montage.cellHeight)
    }
    headers = montage.columnHeaders.map { TextBlock($0, size: size, width: montage.cellWidth) }
    captions = montage.captions.prefix(montage.rows.count).map { texts in
      texts.prefix(max(montage.rows.map(\.count).max() ?? 0, 0)).map {
        TextBlock($0, size: size, width: montage.cellWidth)
      }
    }
    left = margin + (labelWidth > 0 ? labelWidth + margin : 0)
    let right = left + Double(columns) * (montage.cellWidth + margin)
    width = right + (montage.colourBars.map { $0.width(textSize: size) + 2 * margin }.max() ?? 0)
    title = TextBlock(montage.title, size: size * 1.15, width: max(width - 2 * margin, 1), isBold: true)
    let headerHeight = headers.map(\.height).max() ?? 0
    top =
      margin + (title.lines.isEmpty ? 0 : title.height + margin)
      + (headerHeight > 0 ? headerHeight + margin / 2 : 0)
    let captionHeight = captions.joined().map(\.height).max() ?? 0
    rowHeight = montage.cellHeight + margin + (captionHeight > 0 ? captionHeight + margin / 2 : 0)
  }

  var gridHeight: Double { max(Double(rowCount) * rowHeight - montage.margin, 1) }

  var height: Double { top + Double(rowCount) * rowHeight }

  var right: Double { x(of: columns) - montage.margin }

  func x(of column: Int) -> Double { left + Double(column) * (montage.cellWidth + montage.margin) }

  func y(of row: Int) -> Double { top + Double(row) * rowHeight }
}
