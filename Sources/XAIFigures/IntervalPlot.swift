import XAIFoundation
public import XAIImage

/// Values with intervals on a common scale, one in each row.
public struct IntervalPlot: Hashable, Sendable {
  /// A value with how sure it is.
  public struct Row: Hashable, Sendable {
    /// What stands left of it; nothing where empty.
    public var label: String
    /// The value; nil, like one that isn't finite, leaves the row empty.
    public var value: Double?
    /// The interval around it; none where nil.
    public var interval: ClosedRange<Double>?

    /// Makes a row.
    public init(_ label: String = "", _ value: Double?, interval: ClosedRange<Double>? = nil) {
      self.label = label
      self.value = value
      self.interval = interval
    }
  }

  /// The rows from top to bottom.
  public var rows: [Row]
  /// What the scale spans.
  public var range: ClosedRange<Double>
  /// A value that a line through all rows marks; none where nil.
  public var reference: Double?
  /// The text above the figure; none where empty.
  public var title = ""
  /// What the scale shows; none where empty.
  public var horizontalName = ""
  /// Whether the scale has numbers.
  public var hasAxis = true
  /// The height of a row in points.
  public var rowHeight = 18.0
  /// The width of the scale in points.
  public var plotWidth = 120.0
  /// The size of the text in points.
  public var textSize = 8.0
  /// The colour of values and intervals.
  public var colour = Colour(10, 85, 163)

  /// Makes a plot of rows; traps where the range has no width.
  public init(rows: [Row], range: ClosedRange<Double>) {
    require(range.lowerBound < range.upperBound, "a scale has a width")
    self.rows = rows
    self.range = range
  }

  /// Draws the plot.
  public func drawing() -> Drawing {
    let line = textSize * TextMetrics.lineHeight
    let gap = textSize / 2
    let labels = rows.map {
      TextBlock($0.label, size: textSize, width: 22 * textSize, height: max(rowHeight, line))
    }
    let labelWidth = labels.map(\.width).max() ?? 0
    // Dots at the ends of the scale stay whole.
    let radius = rowHeight * 0.19
    // So do the numbers under them.
    let ticks = hasAxis ? AxisTicks(spanning: range, count: 4, isExtended: false).ticks : []
    let margin = ticks.map { TextMetrics.width(of: $0.label, size: textSize) / 2 }.reduce(radius + 1.5, max)
    let left = (labelWidth > 0 ? gap + labelWidth + gap : 0) + margin
    let width = left + plotWidth + margin
    let title = TextBlock(self.title, size: textSize * 1.15, width: width, isBold: true)
    let top = hasAxis ? gap + (title.lines.isEmpty ? 0 : title.height + gap) : 0
    let plot = Drawing.Rectangle(x: left, y: top, width: plotWidth, height: Double(rows.count) * rowHeight)
    let bottom = hasAxis ? gap + line + (horizontalName.isEmpty ? 0 : line) : 0
    var drawing = Drawing(width: width, height: plot.bottom + bottom, title: self.title)
    drawing.draw(title, x: plot.middle.x, top: gap, anchor: .middle, mark: .init("title"))
    drawAxis(on: &drawing, plot, ticks)
    for (index, row) in rows.enumerated() {
      let middle = plot.y + (Double(index) + 0.5) * rowHeight
      drawing.draw(
        labels[index], x: left - margin, top: middle - labels[index].height / 2, anchor: .end, colour: .muted,
        mark: .init("tick"))
      draw(row, on: &drawing, plot, y: middle, radius: radius)
    }
    return drawing
  }

  private func place(_ value: Double, in plot: Drawing.Rectangle) -> Double {
    let share = (value / 2 - range.lowerBound / 2) / (range.upperBound / 2 - range.lowerBound / 2)
    return plot.x + min(max(share, 0), 1) * plot.width
  }

  private func drawAxis(
    on drawing: inout Drawing, _ plot: Drawing.Rectangle, _ ticks: [AxisTicks.Tick]
  ) {
    if hasAxis {
      let baseline = plot.bottom + textSize / 4 + TextMetrics.ascent * textSize
      for tick in ticks {
        let x = place(tick.value, in: plot)
        drawing.draw(
          .line(.init(x, plot.y), .init(x, plot.bottom)), .line(.grid, width: textSize / 13),
          mark: .init("grid"))
        drawing.draw(
          .init(tick.label, at: .init(x, baseline), size: textSize, anchor: .middle, colour: .muted),
          mark: .init("tick"))
      }
      let name = TextBlock(
        horizontalName, size: textSize, width: drawing.width, height: textSize * TextMetrics.lineHeight)
      drawing.draw(
        name, x: plot.middle.x, top: baseline + textSize / 4, anchor: .middle, colour: .muted,
        mark: .init("axis"))
    }
    if let reference, reference.isFinite {
      let x = place(reference, in: plot)
      drawing.draw(
        .line(.init(x, plot.y), .init(x, plot.bottom)), .line(.muted, width: 1.25, dashes: [3, 2]),
        mark: .init("reference"))
    }
  }

  private func draw(
    _ row: Row, on drawing: inout Drawing, _ plot: Drawing.Rectangle, y: Double, radius: Double
  ) {
    guard let value = row.value, value.isFinite else { return }
    if let interval = row.interval {
      let (low, high) = (place(interval.lowerBound, in: plot), place(interval.upperBound, in: plot))
      let cap = rowHeight * 0.22
      drawing.draw(
        .line(.init(low, y), .init(high, y)), .line(colour, width: radius * 0.7), mark: .init("range"))
      for end in [low, high] {
        drawing.draw(
          .line(.init(end, y - cap), .init(end, y + cap)), .line(colour, width: radius * 0.45),
          mark: .init("range"))
      }
    }
    drawing.draw(
      .circle(.init(place(value, in: plot), y), radius: radius), .filled(colour), mark: .init("mean"))
  }
}
