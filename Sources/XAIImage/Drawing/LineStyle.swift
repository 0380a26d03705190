/// How the n-th curve of a chart looks.
struct LineStyle {
  let colour: Colour
  let dashes: Canvas.Coverage.Dashes
  let width: Double
  let dotRadius: Double

  /// The colours of Okabe and Ito (2008) that are readable on white, which people with any kind of colour vision can
  /// tell apart; curves after the seventh repeat them dashed, then dotted.
  init(_ index: Int, scale: Int) {
    let colours = [
      Colour(0, 114, 178), Colour(213, 94, 0), Colour(0, 158, 115), Colour(204, 121, 167),
      Colour(230, 159, 0), Colour(86, 180, 233), Colour(0, 0, 0),
    ]
    let unit = Double(scale)
    let patterns: [[Double]] = [[], [6 * unit, 3 * unit], [1.5 * unit, 2.5 * unit]]
    colour = colours[index % colours.count]
    dashes = patterns[index / colours.count % patterns.count]
    width = 1.25 * unit
    dotRadius = 2 * unit
  }
}

extension Colour {
  static let grid = Colour(228, 228, 228)
  static let axis = Colour(90, 90, 90)
  static let ink = Colour(40, 40, 40)
}

/// The names of the curves with a piece of each, in lines above a panel.
struct Legend {
  private struct Entry {
    let name: String
    let style: LineStyle
    let hasMarkers: Bool
    let x: Int
    let y: Int
  }

  private let entries: [Entry]
  private let scale: Int
  private let sampleWidth: Int
  /// The height of all lines in pixels.
  let height: Int

  /// Places the names from left to right; `area` is the first line.
  init(_ series: [LineChart.Series], area: Canvas.Rectangle, scale: Int) {
    let (sample, gap) = (14 * scale, 3 * scale)
    var (x, y) = (area.x, area.y)
    entries = series.enumerated().filter { !$0.element.name.isEmpty }.map { index, series in
      let name = BitmapFont.fitted(series.name, width: max(area.width - sample - gap, 0), scale: scale)
      let width = sample + gap + BitmapFont.width(of: name, scale: scale)
      if x > area.x, x + width > area.x + area.width { (x, y) = (area.x, y + area.height) }
      defer { x += width + 5 * gap }
      return Entry(
        name: name, style: LineStyle(index, scale: scale), hasMarkers: series.hasMarkers, x: x, y: y)
    }
    self.scale = scale
    sampleWidth = sample
    height = entries.isEmpty ? 0 : y + area.height - area.y
  }

  func draw(on canvas: inout Canvas) {
    let capHeight = BitmapFont.capHeight * scale
    for entry in entries {
      let area = Canvas.Rectangle(x: entry.x, y: entry.y, width: sampleWidth, height: capHeight)
      let middle = Double(area.y) + Double(capHeight) / 2
      var coverage = Canvas.Coverage(of: area)
      coverage.addLine(
        through: [(Double(area.x), middle), (Double(area.x + area.width), middle)], width: entry.style.width,
        dashes: entry.style.dashes)
      if entry.hasMarkers {
        coverage.addDot(at: (Double(area.x) + Double(sampleWidth) / 2, middle), radius: entry.style.dotRadius)
      }
      canvas.blend(entry.style.colour, over: coverage)
      canvas.draw(entry.name, x: area.x + sampleWidth + 3 * scale, y: entry.y, scale: scale, colour: .ink)
    }
  }
}
