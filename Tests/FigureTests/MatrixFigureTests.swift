import Testing
import XAIImage
import XAITensor

import func Foundation.pow

@testable import XAIFigures

@Suite struct MatrixFigureTests {
  /// The rectangles of the cells, row by row, with their colours.
  private func cells(_ drawing: Drawing) -> [(area: Drawing.Rectangle, colour: Colour?)] {
    drawing.marked("cell").compactMap { element in
      if case .rectangle(let area) = element.content { (area, element.style.fill) } else { nil }
    }
  }

  /// The frames around cells.
  private func frames(_ drawing: Drawing, _ colour: Colour) -> [Drawing.Rectangle] {
    drawing.elements.compactMap { element in
      guard element.style.stroke == colour, case .rectangle(let area) = element.content else { return nil }
      return area
    }
  }

  @Test("cells stand in rows and columns, in the colours of their values")
  func cellColours() throws {
    let values: [Float] = [1, 2, 4, 3, 2.5, 1.5]
    var figure = try MatrixFigure(values: Tensor([2, 3], values))
    (figure.cellSide, figure.emphasis) = (10, .none)
    let drawing = try figure.drawing()
    let cells = cells(drawing)
    #expect(cells.count == 6 && drawing.isWhole)
    let colours = ColourMap.viridis.colours
    for index in 0..<6 {
      let middle = cells[index].area.middle
      #expect(abs(middle.x - cells[0].area.middle.x - Double(index % 3) * 10) < 1e-9)
      #expect(abs(middle.y - cells[0].area.middle.y - Double(index / 3) * 10) < 1e-9)
      #expect(cells[index].colour == colours[min(Int((values[index] - 1) / 3 * 256), 255)])
    }
  }

  @Test("a range gives the ends of the colours, and what has no value is grey with a dash")
  func rangeAndGaps() throws {
    var figure = MatrixFigure(rows: [[-1, 0], [nil, 0.5]])
    (figure.range, figure.colourMap, figure.places, figure.emphasis) = (-1...1, .coolwarm, 2, .none)
    let drawing = try figure.drawing()
    let colours = ColourMap.coolwarm.colours
    #expect(cells(drawing).map(\.colour) == [colours[0], colours[128], .grid, colours[192]])
    for text in ["-1.00", "0.00", "–", "0.50"] { #expect(drawing.texts.contains(text), "\(text)") }
    // The numbers of the bar are those of the range.
    for text in ["-1.0", "-0.5", "0", "0.5", "1.0"] { #expect(drawing.texts.contains(text), "\(text)") }
  }

  @Test("numbers in cells stand out from their colours and fit into them")
  func numbers() throws {
    for step in 0...20 {
      let value = Double(step) / 10 - 1
      var figure = MatrixFigure(rows: [[value]])
      (figure.range, figure.places, figure.colourMap, figure.emphasis) = (-1...1, 2, .coolwarm, .none)
      let drawing = try figure.drawing()
      let cell = try #require(cells(drawing).first)
      let element = try #require(drawing.marked("number").first)
      guard case .text(let text) = element.content, let colour = cell.colour else {
        Issue.record("no number")
        return
      }
      #expect(contrast(text.colour, colour) >= 4.5, "\(value)")
      #expect(TextMetrics.width(of: text.text, size: text.size) <= 18)
    }
  }

  /// WCAG 2.1's contrast of two colours.
  private func contrast(_ a: Colour, _ b: Colour) -> Double {
    func luminance(_ colour: Colour) -> Double {
      let linear = [colour.red, colour.green, colour.blue].map { sample -> Double in
        let c = Double(sample) / 255
        return c <= 0.04045 ? c / 12.92 : _power((c + 0.055) / 1.055, 2.4)
      }
      return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }
    let (x, y) = (luminance(a), luminance(b))
    return (max(x, y) + 0.05) / (min(x, y) + 0.05)
  }

  @Test("frames mark the extremes of rows or of the whole matrix")
  func emphasis() throws {
    var figure = try MatrixFigure(values: Tensor([2, 2], [1, 2, 4, 3]))
    func framed(_ colour: Colour) throws -> [Int] {
      let drawing = try figure.drawing()
      let cells = cells(drawing)
      return frames(drawing, colour).compactMap { frame in
        cells.firstIndex {
          abs($0.area.middle.x - frame.middle.x) < 1e-9 && abs($0.area.middle.y - frame.middle.y) < 1e-9
        }
      }
    }
    #expect(try framed(.red) == [1, 2])
    #expect(try framed(.yellow) == [0, 3])
    figure.emphasis = .global
    #expect(try framed(.red) == [2])
    #expect(try framed(.yellow) == [0])
    figure.emphasis = .none
    #expect(try framed(.red).isEmpty)
    #expect(try framed(.yellow).isEmpty)
  }

  @Test("a constant matrix has no extremes; what can't be drawn is refused")
  func degenerate() throws {
    let constant = try MatrixFigure(values: Tensor(repeating: 0.5, [1, 3])).drawing()
    #expect(frames(constant, .red).isEmpty)
    #expect(throws: FigureError.notFinite(figure: "matrix", row: 0, column: 1)) {
      try MatrixFigure(values: Tensor([1, 2], [1, .nan]))
    }
    #expect(throws: FigureError.notFinite(figure: "matrix", row: 1, column: 0)) {
      try MatrixFigure(rows: [[1, 2], [.infinity, 1]]).drawing()
    }
    for rows in [[], [[]], [[1], [1, 2]]] as [[[Double?]]] {
      #expect(throws: FigureError.self) { try MatrixFigure(rows: rows).drawing() }
    }
    let extreme = Double.greatestFiniteMagnitude
    let drawing = try MatrixFigure(rows: [[-extreme, extreme]]).drawing()
    #expect(cells(drawing).map(\.colour) == [ColourMap.viridis.colours[0], ColourMap.viridis.colours[255]])
    #expect(try MatrixFigure(rows: [[nil]]).drawing().texts.contains("0"))
  }

  @Test("names in any script are there whole, those of columns turned where they are long")
  func labels() throws {
    let names = ["Integrated Gradients steps=50, baseline=blur", "Größe", "丁鱥", "قطة"]
    var figure = MatrixFigure(rows: names.map { _ in names.map { _ in 0.5 } })
    (figure.rowLabels, figure.columnLabels, figure.title) = (names, names, "Rank correlation")
    (figure.rowTitle, figure.columnTitle) = ("Layer", "Head")
    let drawing = try figure.drawing()
    #expect(drawing.isWhole)
    let words = Set(drawing.texts.flatMap { $0.split(separator: " ").map(String.init) })
    for name in names + ["Rank correlation", "Layer", "Head"] {
      for word in name.split(separator: " ") { #expect(words.contains(String(word)), "\(word)") }
    }
    let turned = drawing.elements.compactMap { element -> String? in
      if case .text(let text) = element.content, text.runsUpwards { text.text } else { nil }
    }
    #expect(turned == names + ["Layer"])
  }

  @Test("numbered rows and columns leave labels out where cells are small")
  func sparseLabels() throws {
    var figure = MatrixFigure(rows: (0..<40).map { _ in (0..<40).map(Double.init) })
    figure.cellSide = 4
    let drawing = try figure.drawing()
    let ticks = drawing.marked("tick").compactMap { element -> Drawing.Text? in
      if case .text(let text) = element.content, text.anchor != .start { text } else { nil }
    }
    let rows = ticks.filter { $0.anchor == .end }.map(\.place.y)
    let columns = ticks.filter { $0.anchor == .middle }.map(\.place.x)
    for places in [rows, columns] {
      #expect(places.count > 8)
      for (a, b) in zip(places, places.dropFirst()) { #expect(b - a >= 9.5) }
    }
  }

  @Test("a figure that is fitted has the width that was asked for")
  func fitting() throws {
    var figure = MatrixFigure(rows: (0..<3).map { row in (0..<12).map { Double(row * $0) } })
    (figure.rowTitle, figure.title) = ("Layer", "Head weights")
    for width in [150.0, 300, 510] {
      figure.fit(width: width)
      #expect(abs(try figure.drawing().width - width) < 1e-6)
    }
  }
}

private func _power(_ x: Double, _ y: Double) -> Double { pow(x, y) }
