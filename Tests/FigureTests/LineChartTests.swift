import Testing

@testable import XAIFigures

@Suite struct LineChartTests {
  private func chart(_ points: [LineChart.Point], range: ClosedRange<Double>? = 0...1) -> LineChart {
    var chart = LineChart(panels: [.init("", [.init("", points)], range: range)])
    (chart.width, chart.panelHeight, chart.textSize) = (200, 100, 8)
    return chart
  }

  /// The plot of a chart with one panel: from its grid lines.
  private func plotArea(_ drawing: Drawing) -> Drawing.Rectangle? {
    let lines = drawing.marked("grid").compactMap { element -> (Drawing.Point, Drawing.Point)? in
      if case .line(let start, let end) = element.content { (start, end) } else { nil }
    }
    let upright = lines.filter { $0.0.x == $0.1.x }
    let level = lines.filter { $0.0.y == $0.1.y }
    guard let top = upright.first?.0.y, let bottom = upright.first?.1.y, let left = level.first?.0.x,
      let right = level.first?.1.x
    else { return nil }
    return .init(x: left, y: top, width: right - left, height: bottom - top)
  }

  @Test("points lie where their values are, linear between the ends of the axes")
  func places() throws {
    let values = [(0.0, 0.25), (2.5, 1), (10, 0), (5, 0.5)]
    let drawing = chart(values.map { .init($0.0, $0.1) }).drawing()
    let plot = try #require(plotArea(drawing))
    #expect(plot.height == 100 && plot.right == 200 - 8)
    let line = try #require(drawing.polylines.first)
    #expect(line.count == 4)
    for (point, value) in zip(line, values) {
      #expect(abs(point.x - (plot.x + value.0 / 10 * plot.width)) < 1e-9)
      #expect(abs(point.y - (plot.bottom - value.1 * plot.height)) < 1e-9)
    }
    // Ticks stand at their numbers.
    for (label, x) in [("0", 0.0), ("5", 5), ("10", 10)] {
      let place = drawing.elements.compactMap { element -> Drawing.Point? in
        guard case .text(let text) = element.content, text.text == label, text.anchor == .middle else {
          return nil
        }
        return text.place
      }.first
      #expect(abs((place?.x ?? .nan) - (plot.x + x / 10 * plot.width)) < 1e-9, "\(label)")
    }
    let half = try #require(drawing.text("0.5"))
    #expect(abs(half.place.y - (plot.bottom - 50 + 0.73 / 2 * 8)) < 1e-9 && half.anchor == .end)
    #expect(drawing.isWhole)
  }

  @Test(
    "a missing value leaves a gap, and a point alone is a dot",
    arguments: [nil, .nan, .infinity] as [Double?])
  func gaps(missing: Double?) throws {
    let drawing = chart([.init(0, 0.5), .init(1, 0.5), .init(2, missing), .init(3, 0.25), .init(4, missing)])
      .drawing()
    let plot = try #require(plotArea(drawing))
    #expect(drawing.polylines.count == 1 && drawing.polylines[0].count == 2)
    #expect(drawing.circles.count == 1)
    #expect(abs(drawing.circles[0].x - (plot.x + plot.width)) < 1e-9)
    #expect(abs(drawing.circles[0].y - (plot.bottom - 25)) < 1e-9)
  }

  @Test("a band goes along its upper ends and back along its lower ones")
  func bands() throws {
    let points = (0...4).map { LineChart.Point(Double($0), 0.5, interval: 0.25...0.75) }
    let drawing = chart(points).drawing()
    let plot = try #require(plotArea(drawing))
    let band = try #require(drawing.marked("band").first)
    guard case .polygon(let corners) = band.content else {
      Issue.record("a band is a polygon")
      return
    }
    #expect(corners.count == 10)
    for index in 0..<5 {
      #expect(
        abs(corners[index].y - (plot.bottom - 75)) < 1e-9
          && abs(corners[9 - index].y - (plot.bottom - 25)) < 1e-9)
      #expect(corners[index].x == corners[9 - index].x)
    }
    #expect(band.style.opacity == 0.14 && band.mark.series == 0)
  }

  @Test("panels share the horizontal axis, the colours of curves and the legend")
  func panels() {
    var chart = LineChart(
      title: "training", horizontalName: "epoch",
      panels: ["loss", "accuracy"].map { name in
        .init(
          name,
          [
            .init("training", [.init(0, 1), .init(1, 0.5)]),
            .init("validation", [.init(0, 0.9), .init(1, 0.7)], hasMarkers: true),
          ])
      })
    let drawing = chart.drawing()
    #expect(drawing.width == 460 && drawing.isWhole)
    for text in ["training", "validation", "loss", "accuracy", "epoch"] {
      #expect(drawing.texts.contains(text), "\(text)")
    }
    #expect(drawing.texts.count { $0 == "validation" } == 1)
    let lines = drawing.marked("line")
    #expect(
      lines.map(\.style.stroke) == [
        lines[0].style.stroke, lines[1].style.stroke, lines[0].style.stroke, lines[1].style.stroke,
      ])
    #expect(lines[0].style.stroke != lines[1].style.stroke && lines[1].style.dashes != [])
    #expect(drawing.polylines[0].map(\.x) == drawing.polylines[2].map(\.x))
    chart.panels.removeLast()
    #expect(chart.drawing().height < drawing.height - 130)
  }

  @Test("numbers at the ends tell curves apart, at their places unless they would cover one another")
  func numbers() throws {
    var chart = LineChart(
      panels: [
        .init("", [0.1, 0.5, 0.52, 0.9].map { .init("name", [.init(0, 0), .init(1, $0)]) }, range: 0...1)
      ])
    (chart.key, chart.width) = (.numbers, 300)
    let drawing = chart.drawing()
    #expect(!drawing.texts.contains("name") && drawing.isWhole)
    let plot = try #require(plotArea(drawing))
    let ends = (1...4).compactMap { drawing.text(String($0)) }
    #expect(ends.count == 4)
    let heights = ends.map { $0.place.y - 0.73 / 2 * 8 }
    #expect(abs(heights[0] - (plot.bottom - 0.1 * plot.height)) < 1e-9)
    #expect(abs(heights[3] - (plot.bottom - 0.9 * plot.height)) < 1e-9)
    #expect(abs(heights[1] - heights[2] - 8) < 1e-9)
    #expect(abs((heights[1] + heights[2]) / 2 - (plot.bottom - 0.51 * plot.height)) < 1e-9)
  }

  @Test(
    "nothing to draw, one point and ranges without width are drawn",
    arguments: [
      [], [(0, 0)], [(1, 5), (1, 5)], [(3, 1e-300), (4, -1e-300)], [(0, 1e308), (1, -1e308)],
      [(.nan, 1), (.infinity, 2)], [(0, 1e15), (1, 1e15 + 1)], [(-1e299, 1e299), (1e299, -1e299)],
    ] as [[(Double, Double)]])
  func degenerate(points: [(Double, Double)]) throws {
    let points = points.map { LineChart.Point($0.0, $0.1) }
    for range in [nil, 2...2, 0...1] as [ClosedRange<Double>?] {
      let drawing = chart(points, range: range).drawing()
      #expect(drawing.width == 200)
      let svg = try drawing.svg()
      #expect(!svg.contains("nan") && !svg.contains("inf"))
      #expect(drawing.polylines.joined().allSatisfy { $0.x.isFinite && $0.y.isFinite })
    }
    var tiny = chart(points)
    (tiny.width, tiny.panelHeight) = (1, 1)
    #expect(tiny.drawing().width == 1)
    #expect(LineChart(title: "nothing", panels: []).drawing().height > 0)
  }

  @Test("what lies outside of a given range is clipped at the frame, and nothing else is")
  func clipping() throws {
    let outside = chart([.init(0, -5), .init(1, 6)]).drawing()
    let plot = try #require(plotArea(outside))
    let clip = try #require(outside.marked("line").first?.clip)
    #expect(
      clip.y >= plot.y - 5 && clip.bottom <= plot.bottom + 5 && clip.y <= plot.y && clip.bottom >= plot.bottom
    )
    #expect(chart([.init(0, 0), .init(1, 1)]).drawing().elements.allSatisfy { $0.clip == nil })
  }

  @Test("every one of 56 curves looks different, and no name in a long legend is cut or outside")
  func manyCurves() {
    let styles = (0..<56).map { LineStyle($0, lineWidth: 2) }
    #expect(Set(styles.map { "\($0.colour) \($0.dashes)" }).count == 56)
    let names = (0..<20).map { "explainer number \($0) with a name that goes on and on, steps=\($0)" }
    func drawing(_ count: Int) -> Drawing {
      LineChart(panels: [.init("", names.prefix(count).map { .init($0, [.init(0, 1)]) })]).drawing()
    }
    #expect(drawing(20).height > drawing(2).height + 50 && drawing(20).isWhole)
    for name in names { #expect(drawing(20).texts.contains(name)) }
  }

  @Test("a long title is broken into lines, none of which is outside or lacks a word")
  func longTitle() {
    let title = (0..<40).map { "wörd\($0)" }.joined(separator: " ")
    let chart = LineChart(title: title, panels: [.init("loss", [.init("a", [.init(0, 1), .init(1, 2)])])])
    let drawing = chart.drawing()
    #expect(drawing.isWhole)
    let lines = drawing.texts.filter { $0.contains("wörd") }
    #expect(lines.count > 1 && lines.joined(separator: " ") == title)
  }
}
