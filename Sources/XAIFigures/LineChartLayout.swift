import XAIImage

/// Lays out and draws a `LineChart`.
struct LineChartLayout {
  private let chart: LineChart
  private let gap: Double
  private let lineWidth: Double
  private let title: TextBlock
  private let horizontal: AxisTicks
  private let panels: [Panel]
  private let height: Double

  /// A panel with its place.
  private struct Panel {
    let panel: LineChart.Panel
    let ticks: AxisTicks
    let legend: ChartLegend
    let plot: Drawing.Rectangle

    /// Where a number lies on the vertical axis.
    func position(of value: Double) -> Double { plot.bottom - ticks.share(of: value) * plot.height }
  }

  init(_ chart: LineChart) {
    let size = chart.textSize
    let line = size * TextMetrics.lineHeight
    let gap = size / 2
    (self.chart, self.gap, lineWidth) = (chart, gap, size * 0.18)
    title = TextBlock(chart.title, size: size * 1.15, width: chart.width - 2 * gap, isBold: true)

    let verticals = chart.panels.map { $0.ticks(count: max(Int(chart.panelHeight / (2.5 * line)), 2)) }
    let labels = verticals.flatMap { $0.ticks.map { TextMetrics.width(of: $0.label, size: size) } }
    let nameWidth = chart.panels.contains { !$0.name.isEmpty } ? line + gap / 2 : 0
    let left = 2 * gap + nameWidth + (labels.max() ?? 0)
    func ticks(_ plotWidth: Double) -> AxisTicks {
      chart.horizontalTicks(count: max(Int(plotWidth / TextMetrics.width(of: "1234567890", size: size)), 2))
    }
    // The last number stands half outside of the plot.
    let right = ticks(chart.width - left).ticks.map { TextMetrics.width(of: $0.label, size: size) / 2 + 1 }
      .reduce(chart.key == .numbers ? 2.5 * size : 2 * gap, max)
    let plotWidth = max(chart.width - left - right, 1)
    horizontal = ticks(plotWidth)

    var top = gap + (title.lines.isEmpty ? 0 : title.height + gap)
    var shownNames: [String] = []
    panels = zip(chart.panels, verticals).map { panel, ticks in
      // Colours go by position, so one legend does for panels of the same curves.
      let names = panel.series.map(\.name)
      defer { shownNames = names }
      let legend = ChartLegend(
        chart.key == .legend && names != shownNames ? panel.series : [], x: left, y: top, width: plotWidth,
        size: size)
      let plot = Drawing.Rectangle(
        x: left, y: top + legend.height + gap, width: plotWidth, height: chart.panelHeight)
      top = plot.bottom + 2 * gap
      return Panel(panel: panel, ticks: ticks, legend: legend, plot: plot)
    }
    height = top + line + (chart.horizontalName.isEmpty ? 0 : line) + gap / 2
  }

  func drawing() -> Drawing {
    var drawing = Drawing(width: chart.width, height: height, title: chart.title)
    drawing.draw(title, x: chart.width / 2, top: gap, anchor: .middle)
    for panel in panels {
      panel.legend.draw(on: &drawing, lineWidth: lineWidth)
      drawGrid(of: panel, on: &drawing)
      let series = panel.panel.series.enumerated().map { (number: $1.number ?? $0, series: $1) }
      for (number, series) in series { drawBand(series, number, in: panel, on: &drawing) }
      for (number, series) in series { drawLine(series, number, in: panel, on: &drawing) }
      if chart.key == .numbers { drawNumbers(series, in: panel, on: &drawing) }
    }
    if let last = panels.last { drawHorizontalLabels(below: last.plot, on: &drawing) }
    return drawing
  }

  // MARK: - Axes

  private func drawGrid(of panel: Panel, on drawing: inout Drawing) {
    let (plot, size) = (panel.plot, chart.textSize)
    for tick in horizontal.ticks {
      let x = position(of: tick.value, in: plot)
      drawing.draw(
        .line(.init(x, plot.y), .init(x, plot.bottom)), .line(.grid, width: size / 13), mark: .init("grid"))
    }
    for tick in panel.ticks.ticks {
      let y = panel.position(of: tick.value)
      drawing.draw(
        .line(.init(plot.x, y), .init(plot.right, y)), .line(.grid, width: size / 13), mark: .init("grid"))
      drawing.draw(
        .init(
          tick.label, at: .init(plot.x - gap, y + TextMetrics.digitHeight / 2 * size), size: size,
          anchor: .end, colour: .muted), mark: .init("tick"))
    }
    let name = TextBlock(panel.panel.name, size: size, width: plot.height)
    for (index, line) in name.lines.enumerated() {
      // More than one line is rare, and goes outwards.
      drawing.draw(
        .init(
          line,
          at: .init(
            gap + TextMetrics.ascent * size - Double(name.lines.count - 1 - index) * name.lineHeight,
            plot.middle.y), size: name.size, anchor: .middle, colour: .muted, runsUpwards: true,
          room: plot.height), mark: .init("axis"))
    }
  }

  private func drawHorizontalLabels(below plot: Drawing.Rectangle, on drawing: inout Drawing) {
    let size = chart.textSize
    let baseline = plot.bottom + gap / 2 + TextMetrics.ascent * size
    for tick in horizontal.ticks {
      drawing.draw(
        .init(
          tick.label, at: .init(position(of: tick.value, in: plot), baseline), size: size, anchor: .middle,
          colour: .muted), mark: .init("tick"))
    }
    let name = TextBlock(
      chart.horizontalName, size: size, width: plot.width, height: size * TextMetrics.lineHeight)
    drawing.draw(
      name, x: plot.middle.x, top: baseline + gap / 2, anchor: .middle, colour: .muted, mark: .init("axis"))
  }

  // MARK: - Curves

  private func drawBand(
    _ series: LineChart.Series, _ number: Int, in panel: Panel, on drawing: inout Drawing
  ) {
    let points = series.points.compactMap { point in
      point.place.flatMap { place in point.interval.map { (x: position(of: place.x, in: panel.plot), $0) } }
    }
    guard points.count > 1 else { return }
    let upper = points.map { Drawing.Point($0.x, panel.position(of: $0.1.upperBound)) }
    let lower = points.reversed().map { Drawing.Point($0.x, panel.position(of: $0.1.lowerBound)) }
    let style = LineStyle(number, lineWidth: lineWidth)
    // Bands of many curves hide one another.
    let opacity = panel.panel.series.count > 4 ? 0.055 : 0.14
    drawing.draw(
      .polygon(upper + lower), .filled(style.colour, opacity: opacity),
      mark: .init("band \(style.colourClass)", series: number), clip: clip(of: upper + lower, to: panel.plot))
  }

  private func drawLine(
    _ series: LineChart.Series, _ number: Int, in panel: Panel, on drawing: inout Drawing
  ) {
    // Lines and dots on the frame stay whole.
    let margin = 2 * lineWidth + 1
    let area = Drawing.Rectangle(
      x: panel.plot.x - margin, y: panel.plot.y - margin, width: panel.plot.width + 2 * margin,
      height: panel.plot.height + 2 * margin)
    let style = LineStyle(number, lineWidth: lineWidth)
    let mark = Drawing.Mark("line \(style.colourClass)", series: number)
    for run in series.runs {
      let places = run.compactMap(\.place).map { place in
        Drawing.Point(position(of: place.x, in: panel.plot), panel.position(of: place.y))
      }
      let clip = clip(of: places, to: area)
      if places.count > 1 {
        drawing.draw(
          .polyline(places), .line(style.colour, width: lineWidth, dashes: style.dashes), mark: mark,
          clip: clip)
      }
      guard series.hasMarkers || places.count == 1 else { continue }
      for place in places {
        drawing.draw(
          .circle(place, radius: 1.6 * lineWidth), .filled(style.colour),
          mark: .init("dot \(style.colourClass)", series: number), clip: clip)
      }
    }
  }

  /// The area that limits a shape where it reaches outside, which only a given range lets it do.
  private func clip(of points: [Drawing.Point], to area: Drawing.Rectangle) -> Drawing.Rectangle? {
    let isInside = points.allSatisfy {
      (area.x...area.right).contains($0.x) && (area.y...area.bottom).contains($0.y)
    }
    return isInside ? nil : area
  }

  /// Numbers at the right ends of the curves, moved apart where they would cover one another.
  private func drawNumbers(
    _ series: [(number: Int, series: LineChart.Series)], in panel: Panel, on drawing: inout Drawing
  ) {
    let size = chart.textSize
    let ends = series.compactMap { entry in
      entry.series.points.last { $0.place != nil }?.place.map { (entry.number, panel.position(of: $0.y)) }
    }.sorted { ($0.1, $0.0) < ($1.1, $1.0) }
    let half = TextMetrics.digitHeight / 2 * size
    let places = spread(
      ends.map(\.1), by: size, in: panel.plot.y + half...max(panel.plot.bottom, panel.plot.y + half))
    for (end, place) in zip(ends, places) {
      let style = LineStyle(end.0, lineWidth: lineWidth)
      drawing.draw(
        .init(
          String(end.0 + 1), at: .init(panel.plot.right + gap, place + half), size: size, isBold: true,
          colour: style.colour), mark: .init("end \(style.colourClass)", series: end.0))
    }
  }

  /// Where a number lies on the horizontal axis.
  private func position(of value: Double, in plot: Drawing.Rectangle) -> Double {
    plot.x + horizontal.share(of: value) * plot.width
  }
}

extension AxisTicks {
  /// How far along the axis a number lies, 0 to 1 within it.
  package func share(of value: Double) -> Double {
    // Halves, so that the width of the widest axis stays finite.
    (value / 2 - range.lowerBound / 2) / (range.upperBound / 2 - range.lowerBound / 2)
  }
}

/// Ascending places moved apart as little as it takes: places that are too close share the room around their middle.
package func spread(_ places: [Double], by distance: Double, in range: ClosedRange<Double>) -> [Double] {
  var groups: [(middle: Double, count: Int)] = []
  for place in places {
    groups.append((place, 1))
    while groups.count > 1 {
      let (below, above) = (groups[groups.count - 2], groups[groups.count - 1])
      let room = distance * Double(below.count + above.count) / 2
      guard above.middle - below.middle < room else { break }
      let count = below.count + above.count
      groups.removeLast(2)
      groups.append(
        ((below.middle * Double(below.count) + above.middle * Double(above.count)) / Double(count), count))
    }
  }
  return groups.flatMap { group in
    let half = distance * Double(group.count - 1) / 2
    let middle = min(
      max(group.middle, range.lowerBound + half), max(range.upperBound - half, range.lowerBound + half))
    return (0..<group.count).map { middle - half + distance * Double($0) }
  }
}

/// The names of the curves with a piece of each, in lines above a panel.
struct ChartLegend {
  private struct Entry {
    let name: TextBlock
    let number: Int
    let hasMarkers: Bool
    let x: Double
    let y: Double
  }

  private let entries: [Entry]
  private let sampleWidth: Double
  private let lineHeight: Double
  /// The height of all lines.
  let height: Double

  /// Places the names from left to right; one that is wider than a line is broken.
  init(_ series: [LineChart.Series], x left: Double, y top: Double, width: Double, size: Double) {
    let sample = 2.8 * size
    let gap = size * 0.6
    sampleWidth = sample
    lineHeight = size * TextMetrics.lineHeight
    var (x, y, rowHeight) = (left, top, 0.0)
    var entries: [Entry] = []
    for (index, series) in series.enumerated() where !series.name.isEmpty {
      let name = TextBlock(series.name, size: size, width: max(width - sample - gap, size))
      let entryWidth = sample + gap + name.width
      if x > left, x + entryWidth > left + width { (x, y, rowHeight) = (left, y + rowHeight, 0) }
      entries.append(
        Entry(name: name, number: series.number ?? index, hasMarkers: series.hasMarkers, x: x, y: y))
      rowHeight = max(rowHeight, name.height)
      x += entryWidth + 3 * gap
    }
    self.entries = entries
    height = y + rowHeight - top
  }

  func draw(on drawing: inout Drawing, lineWidth: Double) {
    for entry in entries {
      let style = LineStyle(entry.number, lineWidth: lineWidth)
      let middle = entry.y + lineHeight / 2
      drawing.draw(
        .line(.init(entry.x, middle), .init(entry.x + sampleWidth, middle)),
        .line(style.colour, width: lineWidth, dashes: style.dashes))
      if entry.hasMarkers {
        drawing.draw(
          .circle(.init(entry.x + sampleWidth / 2, middle), radius: 1.6 * lineWidth), .filled(style.colour))
      }
      drawing.draw(
        entry.name, x: entry.x + sampleWidth + lineHeight / 2, top: entry.y, anchor: .start)
    }
  }
}
