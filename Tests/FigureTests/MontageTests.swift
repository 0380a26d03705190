import Testing
import XAIImage

@testable import XAIFigures

@Suite struct MontageTests {
  private let black = RGBImage(width: 10, height: 10, filledWith: .black)
  private let wide = RGBImage(width: 20, height: 10, filledWith: .red)

  @Test("images stand on the grid, in the middle of their places, their shape kept")
  func grid() {
    var montage = Montage(rows: [[black, nil], [nil, wide]], cellWidth: 20, cellHeight: 20)
    montage.margin = 4
    let drawing = montage.drawing()
    #expect(drawing.width == 4 + 2 * 24 && drawing.height == 4 + 2 * 24)
    #expect(
      drawing.images == [
        .init(x: 4, y: 4, width: 20, height: 20), .init(x: 28, y: 28 + 5, width: 20, height: 10),
      ])
    #expect(Montage(rows: []).drawing().width > 0)
  }

  @Test("title, headers, labels and captions are there whole, in any script")
  func texts() {
    let texts = [
      "Title in full, however long it may be, and longer still", "Integrated Gradients steps=50",
      "Größe ß\n97.3 %", "丁鱥", "قطة منزلية",
    ]
    let montage = Montage(
      rows: [[black, wide]], columnHeaders: [texts[1], texts[3]], rowLabels: [texts[2]],
      captions: [[texts[4], texts[1]]], title: texts[0], cellWidth: 60, cellHeight: 60)
    let drawing = montage.drawing()
    #expect(drawing.isWhole)
    let words = Set(drawing.texts.flatMap { $0.split(separator: " ").map(String.init) })
    for word in texts.flatMap({ $0.split { " \n".contains($0) } }) {
      #expect(words.contains(String(word)), "\(word)")
    }
    #expect(!drawing.texts.contains { $0.contains("…") })
    // The header ends above its image, the caption begins under it.
    let header = drawing.text("Integrated")
    #expect((header?.place.y ?? .infinity) < drawing.images[0].y)
    #expect((drawing.text("قطة منزلية")?.place.y ?? 0) > drawing.images[0].bottom)
    #expect(header?.place.x == drawing.images[0].middle.x)
  }

  @Test("pages with equal settings have one size, whatever is on them")
  func pages() {
    func page(_ images: [RGBImage], _ label: String) -> Drawing {
      var montage = Montage(
        rows: images.map { [$0, $0] }, columnHeaders: ["Input", "GMAR"], rowLabels: images.map { _ in label })
      (montage.labelWidth, montage.minimumRowCount) = (80, 5)
      return montage.drawing()
    }
    let pages = [
      page([black, wide, black, wide, black], "a"),
      page([wide], "a label of several words that takes many lines"),
      page([RGBImage(width: 5, height: 90, filledWith: .black)], ""),
    ]
    #expect(Set(pages.map(\.width)).count == 1 && Set(pages.map(\.height)).count == 1)
    #expect(pages.allSatisfy { $0.isWhole })
  }

  @Test("a montage that is fitted has the width that was asked for, and places keep their shape")
  func fitting() {
    for labels in [[], ["a label that is rather long"]] {
      for width in [200.0, 300, 510] {
        var montage = Montage(
          rows: [[black, wide, black]], rowLabels: labels, colourBars: [ColourBar(.viridis, range: 0...1)],
          cellWidth: 80, cellHeight: 40)
        montage.fit(width: width)
        #expect(abs(montage.drawing().width - width) < 0.1)
        #expect(abs(montage.cellWidth - 2 * montage.cellHeight) < 1e-6)
        #expect(montage.drawing().isWhole)
      }
    }
  }

  @Test("an image has no more than 300 pixels per inch, and no more than its own")
  func imageResolution() {
    let photograph = RGBImage(width: 3000, height: 1500, filledWith: .red)
    let drawing = Montage(rows: [[photograph, black]], cellWidth: 72, cellHeight: 72).drawing()
    let sizes = drawing.elements.compactMap { element -> [Int]? in
      if case .image(let image, _, _) = element.content { [image.width, image.height] } else { nil }
    }
    #expect(sizes == [[300, 150], [10, 10]])
  }

  @Test("a colour bar has the colours from bottom to top, and its words at their places")
  func colourBar() throws {
    let bar = ColourBar(.coolwarm, marks: [.init(0, "against"), .init(0.5, "0"), .init(1, "for")])
    let drawing = Montage(rows: [[black]], colourBars: [bar], cellWidth: 72, cellHeight: 72).drawing()
    #expect(drawing.isWhole)
    let element = try #require(
      drawing.elements.first { if case .image(_, _, false) = $0.content { true } else { false } })
    guard case .image(let image, let area, _) = element.content else { return }
    #expect(image.width == 1 && image.height == 256)
    for row in 0..<256 { #expect(image[0, row] == ColourMap.coolwarm.colours[255 - row]) }
    let (low, middle, high) = (
      try #require(drawing.text("against")), try #require(drawing.text("0")),
      try #require(drawing.text("for"))
    )
    #expect(abs(middle.place.y - 0.73 / 2 * 8 - area.middle.y) < 1e-9)
    #expect(abs(low.place.y - area.bottom) < 1e-9 && abs(high.place.y - 0.73 * 8 - area.y) < 1e-9)
    #expect(ColourBar(.viridis, range: 2...2).marks == [.init(0.5, "2")])
    let ticks = ColourBar(.viridis, range: 0...0.3).marks
    #expect(ticks.map(\.label) == ["0", "0.05", "0.10", "0.15", "0.20", "0.25", "0.30"])
    for tick in ticks { #expect(abs(tick.position - (Double(tick.label) ?? .nan) / 0.3) < 1e-9) }
  }
}

@Suite struct IntervalPlotTests {
  @Test("values and the ends of intervals lie where they are on the scale")
  func places() throws {
    var plot = IntervalPlot(
      rows: [.init("a", 0.5, interval: 0.25...1), .init("b", nil), .init("Größe", -1)], range: -1...1)
    (plot.title, plot.horizontalName, plot.reference) = ("Agreement", "ρ", 0)
    let drawing = plot.drawing()
    #expect(drawing.isWhole)
    for text in ["a", "b", "Größe", "Agreement", "ρ", "-1.0", "0", "1.0"] {
      #expect(drawing.texts.contains(text), "\(text)")
    }
    guard case .line(let low, _) = try #require(drawing.marked("reference").first).content else { return }
    let left = low.x - 60
    for (circle, x) in zip(drawing.circles, [left + 90, left]) { #expect(abs(circle.x - x) < 1e-9) }
    #expect(drawing.circles.count == 2)
    #expect(abs(drawing.circles[1].y - drawing.circles[0].y - 36) < 1e-9)
    let ranges = drawing.marked("range").compactMap { element -> [Double]? in
      if case .line(let start, let end) = element.content { [start.x - left, end.x - left] } else { nil }
    }
    for (range, ends) in zip(ranges, [[75.0, 120], [75, 75], [120, 120]]) {
      #expect(abs(range[0] - ends[0]) < 1e-9 && abs(range[1] - ends[1]) < 1e-9)
    }
    #expect(ranges.count == 3)
  }

  @Test("without an axis it is as high as its rows")
  func bare() {
    var plot = IntervalPlot(rows: [.init("", 2, interval: 1...3)], range: 0...4)
    plot.hasAxis = false
    #expect(plot.drawing().height == 18 && plot.drawing().texts.isEmpty && plot.drawing().isWhole)
  }
}
