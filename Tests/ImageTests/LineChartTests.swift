import Testing

@testable import XAIImage

@Suite struct LineChartTests {
  private static let blue = Colour(0, 114, 178)
  private static let vermilion = Colour(213, 94, 0)

  /// The columns or rows in which an image has a colour.
  private func places(of colour: Colour, in image: Image) -> [(x: Int, y: Int)] {
    (0..<image.height).flatMap { y in
      (0..<image.width).filter { image[$0, y] == colour }.map { (x: $0, y: y) }
    }
  }

  private func chart(_ points: [LineChart.Point], range: ClosedRange<Double>? = 0...1) -> LineChart {
    var chart = LineChart(panels: [LineChart.Panel("", [LineChart.Series("", points)], range: range)])
    (chart.width, chart.panelHeight, chart.textScale) = (200, 101, 1)
    return chart
  }

  @Test("A level line lies where its value is, from the first column to the last")
  func levelLine() throws {
    let image = chart([.init(0, 0.25), .init(10, 0.25)]).image()
    let inked = places(of: Self.blue, in: image)
    let (left, right) = (try #require(inked.map(\.x).min()), try #require(inked.map(\.x).max()))
    // The plot is 101 rows high and starts below a margin of 4 and a gap of 4: 0.25 is 75 rows below its top.
    #expect(Set(inked.map(\.y)) == [8 + 75])
    // The frame's left line, a column that the axis colour fills, is where the line begins.
    #expect(
      (8..<8 + 74).allSatisfy { image[left + 1, $0] == Colour(90, 90, 90) || image[left, $0] != .white })
    #expect(right - left > 140)
    // Half-covered pixels around it: 1.25 wide, so 0.125 + ... of the neighbours on each side.
    let share = 1.25 / 2 + 0.5 - 1
    let expected = UInt8((Double(255) * (1 - share)).rounded())
    #expect(image[(left + right) / 2 + 3, 8 + 74].red == expected)
    #expect(image[(left + right) / 2 + 3, 8 + 76].red == expected)
  }

  @Test("A slanted line passes through the middle of its ends")
  func slantedLine() {
    let image = chart([.init(0, 0), .init(1, 1)]).image()
    let inked = places(of: Self.blue, in: image)
    let (xs, ys) = (inked.map(\.x), inked.map(\.y))
    let middle = ((xs.min() ?? 0) + (xs.max() ?? 0)) / 2
    let near = inked.filter { abs($0.x - middle) <= 1 }
    #expect(!near.isEmpty && near.allSatisfy { abs($0.y - (8 + 50)) <= 2 })
    #expect((ys.max() ?? 0) - (ys.min() ?? 0) >= 96)
  }

  @Test(
    "A missing value leaves a gap, and a point alone is a dot",
    arguments: [nil, .nan, .infinity] as [Double?])
  func gaps(missing: Double?) {
    let image = chart([.init(0, 0.5), .init(1, 0.5), .init(2, missing), .init(3, 0.5), .init(4, missing)])
      .image()
    let row = places(of: Self.blue, in: image).filter { $0.y == 8 + 50 }.map(\.x)
    let left = row.min() ?? 0
    let width = 200 - 16 - left
    #expect(row.contains(left + width / 6) && !row.contains(left + width / 2))
    // The dot at 3 of 0…3 has a radius of 2 pixels.
    #expect(row.contains { $0 > left + width - 6 })
    #expect(places(of: Self.blue, in: image).contains { $0.y == 8 + 49 && $0.x > left + width - 6 })
  }

  @Test("Two panels share the horizontal axis and the colours of curves")
  func panels() {
    var chart = LineChart(
      title: "training", horizontalName: "epoch",
      panels: ["loss", "accuracy"].map { name in
        LineChart.Panel(
          name,
          [
            .init("training", [.init(0, 1), .init(1, 0.5)]),
            .init("validation", [.init(0, 0.9), .init(1, 0.7)], hasMarkers: true),
          ])
      })
    let image = chart.image()
    let rows = places(of: Self.vermilion, in: image).map(\.y)
    #expect(image.width == 960)
    #expect(rows.contains { $0 < 330 } && rows.contains { $0 > 400 })
    #expect(chart.image() == image)
    chart.panels.removeLast()
    #expect(chart.image().height < image.height - 280)
  }

  @Test(
    "Nothing to draw, one point and ranges without width are drawn",
    arguments: [
      [], [(0, 0)], [(1, 5), (1, 5)], [(3, 1e-300), (4, -1e-300)], [(0, 1e308), (1, -1e308)],
      [(.nan, 1), (.infinity, 2)], [(0, 1e15), (1, 1e15 + 1)], [(-1e299, 1e299), (1e299, -1e299)],
    ] as [[(Double, Double)]])
  func degenerate(points: [(Double, Double)]) {
    let points = points.map { LineChart.Point($0.0, $0.1) }
    #expect(chart(points, range: nil).image().width == 200)
    #expect(chart(points, range: 2...2).image().width == 200)
    var tiny = chart(points)
    (tiny.width, tiny.panelHeight) = (1, 1)
    #expect(tiny.image().width == 1)
  }

  @Test("A chart without panels is a picture all the same")
  func noPanels() { #expect(LineChart(title: "nothing", panels: []).image().height > 0) }

  @Test("Points outside a given range are cut off at the frame")
  func clipping() {
    let image = chart([.init(0, -5), .init(1, 6)]).image()
    let rows = places(of: Self.blue, in: image).map(\.y)
    #expect((rows.min() ?? 0) >= 8 - 3 && (rows.max() ?? 0) <= 8 + 101 + 3)
    #expect(rows.count > 0)
  }

  @Test("Every one of twenty curves looks different, and a long legend takes more lines")
  func manyCurves() {
    let styles = (0..<20).map { LineStyle($0, scale: 2) }
    #expect(Set(styles.map { "\($0.colour) \($0.dashes)" }).count == 20)
    func height(_ count: Int) -> Int {
      let series = (0..<count).map { LineChart.Series("explainer number \($0)", [.init(0, Double($0))]) }
      return LineChart(panels: [.init("", series)]).image().height
    }
    #expect(height(20) > height(2))
  }

  @Test("Dashes interrupt a line")
  func dashes() {
    var canvas = Canvas(width: 40, height: 5)
    var coverage = Canvas.Coverage(of: .init(x: 0, y: 0, width: 40, height: 5))
    coverage.addLine(through: [(0, 2.5), (17, 2.5), (40, 2.5)], width: 1, dashes: [6, 4])
    canvas.blend(.black, over: coverage)
    // The pattern goes on across the corner at 17.
    for x in 0..<40 { #expect((canvas.image[x, 2] == .black) == (x % 10 < 6), "column \(x)") }
  }
}
