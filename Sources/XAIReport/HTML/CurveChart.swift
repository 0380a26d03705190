import XAICore
import XAIEvaluation
import XAIFoundation
import XAIImage

/// Draws the mean curves of a metric: lines with bands, told apart by colour, dashes and the number at their end.
///
/// Eight colours and seven dashes go round at different paces, so that no two of 56 lines look alike.
struct CurveChart {
  private static let (width, height) = (600.0, 360.0)
  private static let (left, right, top, bottom) = (62.0, 34.0, 14.0, 52.0)

  private let family: CurveFamily
  private let names: [String]
  private let x: AxisTicks
  private let y: AxisTicks

  init(_ family: CurveFamily, names: [String]) {
    self.family = family
    self.names = names
    let points = family.curves.joined()
    let heights = points.flatMap {
      [$0.y.mean, $0.y.interval?.low ?? $0.y.mean, $0.y.interval?.high ?? $0.y.mean]
    }
    func range(_ values: [Double]) -> ClosedRange<Double> { (values.min() ?? 0)...(values.max() ?? 1) }
    x = AxisTicks(spanning: range(points.map(\.x)), count: 5, isExtended: false)
    y = AxisTicks(spanning: range(heights), count: 5, isExtended: true)
  }

  /// The figure with its legend, and the numbers as a table.
  func figure(id: String) -> HTML {
    let axes = family.metric.descriptor.curveAxes
    let shown = family.curves.indices.filter { family.curves[$0].count > 1 }
    let title = "\(family.metric.name), mean curves"
    return """
      <figure class="curves" data-x="\(list(family.curves.first { !$0.isEmpty }?.map(\.x) ?? []))">
      <figcaption><b>\(family.metric.name)</b> protocol \(family.metric.protocolName ?? "") <code>\(family.metric.protocolHash)</code>; \
      bands are 95 % intervals of each point.</figcaption>
      <svg class="chart\(shown.count > 4 ? " many" : "")" viewBox="0 0 \(Self.width) \(Self.height)" role="img" aria-labelledby="\(id)-t \(id)-d">
      <title id="\(id)-t">\(title)</title><desc id="\(id)-d">\(description(shown))</desc>
      \(grid)
      \(shown.map(band))\(shown.map(line))\(endLabels(shown))
      <text class="axis" x="\((Self.left + Self.width - Self.right) / 2)" y="\(Self.height - 8)" text-anchor="middle">\
      \(axes?.x ?? "")</text>
      <text class="axis" x="\(-(Self.top + Self.height - Self.bottom) / 2)" y="16" text-anchor="middle" \
      transform="rotate(-90)">\(axes?.y ?? "")</text>
      <line class="guide" x1="0" x2="0" y1="\(Self.top)" y2="\(Self.height - Self.bottom)"/>
      </svg>
      <ul class="keys">
      \(shown.map(key))</ul>
      \(numbers(shown))
      </figure>

      """
  }

  private func description(_ shown: [Int]) -> String {
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

  private func px(_ value: Double) -> Double {
    Self.left + (Self.width - Self.left - Self.right) * (value - x.range.lowerBound)
      / (x.range.upperBound - x.range.lowerBound)
  }

  private func py(_ value: Double) -> Double {
    Self.height - Self.bottom - (Self.height - Self.top - Self.bottom) * (value - y.range.lowerBound)
      / (y.range.upperBound - y.range.lowerBound)
  }

  private var grid: HTML {
    let (right, bottom) = (Self.width - Self.right, Self.height - Self.bottom)
    let rows = y.ticks.map { tick -> HTML in
      """
      <line class="grid" x1="\(Self.left)" x2="\(right)" y1="\(py(tick.value))" y2="\(py(tick.value))"/>\
      <text class="tick" x="\(Self.left - 8)" y="\(py(tick.value) + 4)" text-anchor="end">\(tick.label)</text>
      """
    }
    let columns = x.ticks.map { tick -> HTML in
      """
      <line class="grid" x1="\(px(tick.value))" x2="\(px(tick.value))" y1="\(Self.top)" y2="\(bottom)"/>\
      <text class="tick" x="\(px(tick.value))" y="\(bottom + 19)" text-anchor="middle">\(tick.label)</text>
      """
    }
    return "\(rows)\(columns)"
  }

  private func band(_ index: Int) -> HTML {
    let points = family.curves[index].compactMap { point in point.y.interval.map { (point.x, $0) } }
    guard points.count > 1 else { return "" }
    let upper = points.map { x, interval -> HTML in "\(px(x)),\(py(interval.high)) " }
    let lower = points.reversed().map { x, interval -> HTML in "\(px(x)),\(py(interval.low)) " }
    return "<polygon class=\"band s\(index % 8)\" data-series=\"\(index)\" points=\"\(upper)\(lower)\"/>\n"
  }

  private func line(_ index: Int) -> HTML {
    let points = family.curves[index].map { point -> HTML in "\(px(point.x)),\(py(point.y.mean)) " }
    return
      "<polyline class=\"line s\(index % 8) d\(index % 7)\" data-series=\"\(index)\" points=\"\(points)\"/>\n"
  }

  /// Numbers at the right ends of the lines, moved apart where they would cover one another.
  private func endLabels(_ shown: [Int]) -> HTML {
    let ends = shown.compactMap { index in family.curves[index].last.map { (index, py($0.y.mean)) } }
      .sorted { ($0.1, $0.0) < ($1.1, $1.0) }
    let places = spread(ends.map(\.1), by: 13, in: Self.top + 4...Self.height - Self.bottom)
    return HTML(
      zip(ends, places).map { end, place -> HTML in
        """
        <text class="end s\(end.0 % 8)" data-series="\(end.0)" x="\(Self.width - Self.right + 6)" \
        y="\(place + 4)">\(end.0 + 1)</text>
        """
      })
  }

  private func key(_ index: Int) -> HTML {
    """
    <li data-series="\(index)" data-y="\(list(family.curves[index].map(\.y.mean)))"><svg class="sample" viewBox="0 0 44 12" width="44" \
    height="12" aria-hidden="true" focusable="false"><line class="line s\(index % 8) d\(index % 7)" x1="1" x2="43" y1="6" \
    y2="6"/></svg><span class="name">\(index + 1) <bdi>\(names[index])</bdi></span> <output></output></li>

    """
  }

  /// Some points of all curves, for those who read numbers.
  private func numbers(_ shown: [Int]) -> HTML {
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

/// Ascending places moved apart as little as it takes: places that are too close share the room around their middle.
func spread(_ places: [Double], by distance: Double, in range: ClosedRange<Double>) -> [Double] {
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

extension SectionWriter {
  /// The curves of all metrics that have them.
  var curves: HTML {
    let families = section.curves.filter { $0.curves.contains { $0.count > 1 } }
    guard !families.isEmpty else { return "" }
    let figures = families.enumerated().map { index, family in
      CurveChart(family, names: names).figure(id: id("curve-\(index)"))
    }
    return """
      <p class="legend">Each line is the mean over all maps of an explainer. Point at a chart to read values off; choose a name to \
      bring its line to the front.</p>
      <div class="charts">
      \(figures)</div>
      """
  }
}
