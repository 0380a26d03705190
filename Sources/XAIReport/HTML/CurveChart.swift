import XAICore
import XAIEvaluation
import XAIFigures
import XAIFoundation

/// Draws the mean curves of a metric: lines with bands, told apart by colour, dashes and the number at their end.
struct CurveChart {
  private let family: CurveFamily
  private let names: [String]
  /// The curves that have more than a point.
  private let shown: [Int]

  init(_ family: CurveFamily, names: [String]) {
    self.family = family
    self.names = names
    shown = family.curves.indices.filter { family.curves[$0].count > 1 }
  }

  private var drawing: Drawing {
    let axes = family.metric.descriptor.curveAxes
    let series = shown.map { index in
      let points = family.curves[index].map { point in
        LineChart.Point(
          point.x, point.y.mean, interval: point.y.interval.map { $0.low...max($0.low, $0.high) })
      }
      var series = LineChart.Series(names[index], points)
      series.number = index
      return series
    }
    var chart = LineChart(horizontalName: axes?.x ?? "", panels: [LineChart.Panel(axes?.y ?? "", series)])
    chart.key = .numbers
    (chart.width, chart.panelHeight, chart.textSize) = (600, 300, 13)
    return chart.drawing()
  }

  /// The figure with its legend, and the numbers as a table.
  func figure(id: String) throws -> HTML {
    let drawing = self.drawing
    return try """
    <figure class="curves" data-x="\(list(family.curves.first { !$0.isEmpty }?.map(\.x) ?? []))">
    <figcaption><b>\(family.metric.name)</b> protocol \(family.metric.protocolName ?? "") <code>\(family.metric.protocolHash)</code>; \
    bands are 95 % intervals of each point.</figcaption>
    <svg class="chart" viewBox="0 0 \(drawing.width) \(drawing.height)" role="img" aria-labelledby="\(id)-t \(id)-d">
    <title id="\(id)-t">\(family.metric.name), mean curves</title><desc id="\(id)-d">\(description)</desc>
    \(HTML(drawing))<line class="guide" x1="0" x2="0" y1="0" y2="\(drawing.height)"/>
    </svg>
    <ul class="keys">
    \(shown.map(key))</ul>
    \(numbers)
    </figure>

    """
  }

  private var description: String {
    let axes = family.metric.descriptor.curveAxes
    let ends = shown.compactMap { index in
      family.curves[index].first.flatMap { first in
        family.curves[index].last.map { last in
          "\(names[index]) from \(decimal(first.y.mean, places: 3)) to \(decimal(last.y.mean, places: 3))"
        }
      }
    }
    return "\(axes?.y ?? "value") against \(axes?.x ?? "x"). \(ends.joined(separator: "; "))."
  }

  private func key(_ index: Int) throws -> HTML {
    let style = LineStyle(index, lineWidth: 2.4)
    var sample = Drawing(width: 44, height: 12)
    sample.draw(
      .line(.init(1, 6), .init(43, 6)), .line(style.colour, width: 2.4, dashes: style.dashes),
      mark: .init("line \(style.colourClass)"))
    return try """
    <li data-series="\(index)" data-y="\(list(family.curves[index].map(\.y.mean)))"><svg class="sample" viewBox="0 0 44 12" width="44" \
    height="12" aria-hidden="true" focusable="false">\(HTML(sample))</svg><span class="name">\(index + 1) \
    <bdi>\(names[index])</bdi></span> <output></output></li>

    """
  }

  /// Some points of all curves, for those who read numbers.
  private var numbers: HTML {
    let count = family.curves.first { !$0.isEmpty }?.count ?? 0
    let places = Array(Set((0...4).map { $0 * (count - 1) / 4 })).sorted()
    let heads = places.map { place -> HTML in
      "<th scope=\"col\">\(decimal(family.curves[shown[0]][place].x, places: 2))</th>"
    }
    let rows = shown.map { index -> HTML in
      let cells = places.map { place -> HTML in
        guard family.curves[index].indices.contains(place) else { return "<td>–</td>" }
        let y = family.curves[index][place].y
        let style = NumberStyle(places: 3)
        return "<td>\(style.text(y.mean))<small>\(style.text(y.interval))</small></td>"
      }
      return "<tr><th scope=\"row\">\(index + 1) <bdi>\(names[index])</bdi></th>\(cells)</tr>\n"
    }
    return """
      <details><summary>Numbers</summary><div class="scroll" tabindex="0" role="region" \
      aria-label="Points of the curves"><table><caption>\(family.metric.descriptor.curveAxes?.y ?? "value") at some points of \
      \(family.metric.descriptor.curveAxes?.x ?? "x")</caption><thead><tr><th scope="col">Explainer</th>\(heads)</tr></thead>
      <tbody>
      \(rows)</tbody></table></div></details>
      """
  }

  private func list(_ values: [Double]) -> String {
    values.map { decimal($0, places: 4) }.joined(separator: " ")
  }
}

extension SectionWriter {
  /// The curves of all metrics that have them.
  var curves: HTML {
    get throws {
      let families = section.curves.filter { $0.curves.contains { $0.count > 1 } }
      guard !families.isEmpty else { return "" }
      let figures = try families.enumerated().map { index, family in
        try CurveChart(family, names: names).figure(id: id("curve-\(index)"))
      }
      return """
        <p class="legend">Each line is the mean over all maps of an explainer. Point at a chart to read values off; choose a name to \
        bring its line to the front.</p>
        <div class="charts">
        \(figures)</div>
        """
    }
  }
}
