/// Lays out and draws a `LineChart`.
struct LineChartDrawing {
  private let chart: LineChart
  private let scale: Int
  private let gap: Int
  private let horizontal: AxisTicks
  private let panels: [PanelLayout]
  private let height: Int

  init(_ chart: LineChart) {
    let scale = chart.textScale
    let (gap, line) = (4 * scale, BitmapFont.glyphHeight * scale)
    (self.chart, self.scale, self.gap) = (chart, scale, gap)

    let verticals = chart.panels.map { $0.ticks(count: max(chart.panelHeight / (2 * line), 2)) }
    let labels = verticals.flatMap { $0.ticks.map { BitmapFont.width(of: $0.label, scale: scale) } }
    let nameWidth = chart.panels.contains { !$0.name.isEmpty } ? line + gap : 0
    let left = 2 * gap + nameWidth + (labels.max() ?? 0)
    let plotWidth = max(chart.width - left - 4 * gap, 1)
    horizontal = chart.horizontalTicks(
      count: max(plotWidth / BitmapFont.width(of: "1234567", scale: scale), 2))

    var top = gap + (chart.title.isEmpty ? 0 : line + gap)
    var shownNames: [String] = []
    panels = zip(chart.panels, verticals).map { panel, ticks in
      // Colours go by position, so one legend does for panels of the same curves.
      let names = panel.series.map(\.name)
      defer { shownNames = names }
      let legend = Legend(
        names == shownNames ? [] : panel.series,
        area: Canvas.Rectangle(x: left, y: top, width: plotWidth, height: line), scale: scale)
      let plot = Canvas.Rectangle(
        x: left, y: top + legend.height + gap, width: plotWidth, height: chart.panelHeight)
      top = plot.y + plot.height + 3 * gap
      return PanelLayout(panel: panel, ticks: ticks, legend: legend, plot: plot)
    }
    height = max(top + line + (chart.horizontalName.isEmpty ? 0 : line), 1)
  }

  func image() -> Image {
    var canvas = Canvas(width: chart.width, height: height)
    canvas.draw(
      BitmapFont.fitted(chart.title, width: chart.width - 2 * gap, scale: scale),
      centredIn: 0..<chart.width, y: gap, scale: scale)
    for panel in panels {
      panel.legend.draw(on: &canvas)
      drawGrid(of: panel, on: &canvas)
      for (index, series) in panel.panel.series.enumerated() {
        draw(series, style: LineStyle(index, scale: scale), in: panel, on: &canvas)
      }
    }
    if let last = panels.last { drawHorizontalLabels(below: last.plot, on: &canvas) }
    return canvas.image
  }

  // MARK: - Axes

  private func drawGrid(of panel: PanelLayout, on canvas: inout Canvas) {
    let plot = panel.plot
    for tick in horizontal.ticks {
      let x = Int(position(of: tick.value, in: plot))
      canvas.fill(Canvas.Rectangle(x: x, y: plot.y, width: 1, height: plot.height), with: .grid)
      canvas.fill(Canvas.Rectangle(x: x, y: plot.y + plot.height, width: 1, height: gap / 2), with: .axis)
    }
    for tick in panel.ticks.ticks {
      let y = Int(panel.position(of: tick.value))
      canvas.fill(Canvas.Rectangle(x: plot.x, y: y, width: plot.width, height: 1), with: .grid)
      canvas.fill(Canvas.Rectangle(x: plot.x - gap / 2, y: y, width: gap / 2, height: 1), with: .axis)
      canvas.draw(
        tick.label, x: plot.x - gap - BitmapFont.width(of: tick.label, scale: scale),
        y: y - BitmapFont.capHeight * scale / 2, scale: scale, colour: .ink)
    }
    canvas.fill(Canvas.Rectangle(x: plot.x, y: plot.y, width: 1, height: plot.height), with: .axis)
    canvas.fill(
      Canvas.Rectangle(x: plot.x, y: plot.y + plot.height - 1, width: plot.width, height: 1), with: .axis)
    let name = BitmapFont.fitted(panel.panel.name, width: plot.height, scale: scale)
    let nameWidth = BitmapFont.width(of: name, scale: scale)
    canvas.drawUpwards(name, x: gap, y: plot.y + (plot.height + nameWidth) / 2, scale: scale, colour: .ink)
  }

  private func drawHorizontalLabels(below plot: Canvas.Rectangle, on canvas: inout Canvas) {
    let y = plot.y + plot.height + gap
    for tick in horizontal.ticks {
      let x = Int(position(of: tick.value, in: plot))
      canvas.draw(
        tick.label, x: x - BitmapFont.width(of: tick.label, scale: scale) / 2, y: y, scale: scale,
        colour: .ink)
    }
    let name = BitmapFont.fitted(chart.horizontalName, width: plot.width, scale: scale)
    canvas.draw(
      name, centredIn: plot.x..<plot.x + plot.width, y: y + BitmapFont.glyphHeight * scale + gap / 2,
      scale: scale)
  }

  // MARK: - Curves

  private func draw(
    _ series: LineChart.Series, style: LineStyle, in panel: PanelLayout, on canvas: inout Canvas
  ) {
    // Dots on the frame stay whole.
    let (plot, margin) = (panel.plot, Int(style.dotRadius) + 1)
    var coverage = Canvas.Coverage(
      of: Canvas.Rectangle(
        x: plot.x - margin, y: plot.y - margin, width: plot.width + 2 * margin,
        height: plot.height + 2 * margin))
    for run in series.runs {
      let places = run.map { (x: position(of: $0.x, in: plot), y: panel.position(of: $0.y)) }
      coverage.addLine(through: places, width: style.width, dashes: style.dashes)
      if series.hasMarkers || places.count == 1 {
        for place in places { coverage.addDot(at: place, radius: style.dotRadius) }
      }
    }
    canvas.blend(style.colour, over: coverage)
  }

  /// Where a number lies on the horizontal axis: the ends in the middle of the first and last column.
  private func position(of value: Double, in plot: Canvas.Rectangle) -> Double {
    Double(plot.x) + 0.5 + horizontal.share(of: value) * Double(plot.width - 1)
  }
}

/// A panel with its place.
private struct PanelLayout {
  let panel: LineChart.Panel
  let ticks: AxisTicks
  let legend: Legend
  let plot: Canvas.Rectangle

  /// Where a number lies on the vertical axis.
  func position(of value: Double) -> Double {
    Double(plot.y) + 0.5 + (1 - ticks.share(of: value)) * Double(plot.height - 1)
  }
}

extension AxisTicks {
  /// How far along the axis a number lies, 0 to 1 within it.
  fileprivate func share(of value: Double) -> Double {
    (value - range.lowerBound) / (range.upperBound - range.lowerBound)
  }
}

extension LineChart {
  fileprivate func horizontalTicks(count: Int) -> AxisTicks {
    let values = panels.flatMap { $0.series.flatMap { $0.points.compactMap { $0.place?.x } } }
    return AxisTicks(
      spanning: horizontalRange ?? (values.min() ?? 0)...(values.max() ?? 1), count: count, isExtended: false)
  }
}

extension LineChart.Panel {
  /// Round numbers around the points; from 0 where at most half of the axis stays empty by that.
  fileprivate func ticks(count: Int) -> AxisTicks {
    if let range { return AxisTicks(spanning: range, count: count, isExtended: false) }
    let values = series.flatMap { $0.points.compactMap { $0.place?.y } }
    let (low, high) = (values.min() ?? 0, values.max() ?? 1)
    return AxisTicks(
      spanning: (low > 0 && low <= high / 2 ? 0 : low)...high, count: count, isExtended: true)
  }
}
