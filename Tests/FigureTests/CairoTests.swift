import Foundation
import Testing
import XAIImage

@testable import XAIFigures

/// What Cairo and Pango make of drawings; skipped where they aren't installed.
@Suite(
  .enabled(if: Drawing.cairoProblem == nil, "needs Pango and Cairo: apt-get install libpangocairo-1.0-0"))
struct CairoTests {
  private static let red = Colour(220, 20, 30)

  @Test("pixels have the size, the shapes and the colours of the drawing")
  func pixels() throws {
    var drawing = Drawing(width: 72, height: 36)
    drawing.draw(.rectangle(.init(x: 18, y: 9, width: 9, height: 18)), .filled(Self.red))
    drawing.draw(.polyline([.init(36, 18), .init(72, 18)]), .line(.ink, width: 4))
    drawing.draw(.circle(.init(9, 9), radius: 4.5), .filled(.ink))
    let image = try drawing.image(resolution: 144).image
    #expect(image.width == 144 && image.height == 72)
    for y in 0..<72 {
      for x in 0..<144 {
        // Away from the edges, where a pixel is partly covered.
        let (px, py) = ((Double(x) + 0.5) / 2, (Double(y) + 0.5) / 2)
        let distance = ((px - 9) * (px - 9) + (py - 9) * (py - 9)).squareRoot()
        let expected: Colour? =
          (18..<27).contains(px) && (9..<27).contains(py)
          ? Self.red
          : px > 36.5 && abs(py - 18) < 1.5
            ? .ink : distance < 4 ? .ink : distance < 5 || (px > 35 && abs(py - 18) < 2.5) ? nil : .white
        if let expected { #expect(image[x, y] == expected, "(\(x), \(y))") }
      }
    }
  }

  @Test("an image without smoothing shows its pixels as squares, a smooth one its own pixels at its own size")
  func images() throws {
    let colours = [Colour(250, 10, 20), Colour(10, 200, 30), Colour(5, 6, 240), Colour(90, 80, 70)]
    let image = try RGBImage(width: 2, height: 2, pixels: colours.flatMap { [$0.red, $0.green, $0.blue] })
    var drawing = Drawing(width: 30, height: 30)
    drawing.draw(.image(image, .init(x: 10, y: 10, width: 20, height: 20), isSmooth: false))
    let pixels = try drawing.image(resolution: 72).image
    for y in 0..<20 {
      for x in 0..<20 { #expect(pixels[10 + x, 10 + y] == colours[y / 10 * 2 + x / 10], "(\(x), \(y))") }
    }
    #expect(pixels[9, 15] == .white && pixels[15, 9] == .white)
    var same = Drawing(width: 4, height: 4)
    same.draw(.image(image, .init(x: 1, y: 1, width: 2, height: 2), isSmooth: true))
    let exact = try same.image(resolution: 72).image
    for index in 0..<4 { #expect(exact[1 + index % 2, 1 + index / 2] == colours[index]) }
  }

  @Test("nothing is drawn outside of a clip")
  func clipping() throws {
    var drawing = Drawing(width: 40, height: 40)
    drawing.draw(
      .rectangle(.init(x: 0, y: 0, width: 40, height: 40)), .filled(Self.red),
      clip: .init(x: 10, y: 5, width: 20, height: 15))
    drawing.draw(.rectangle(.init(x: 0, y: 39, width: 1, height: 1)), .filled(.ink))
    let image = try drawing.image(resolution: 72).image
    for y in 0..<39 {
      for x in 0..<40 {
        let isInside = (10..<30).contains(x) && (5..<20).contains(y)
        #expect(image[x, y] == (isInside ? Self.red : .white), "(\(x), \(y))")
      }
    }
    #expect(image[0, 39] == .ink)
  }

  @Test("files state their resolution", arguments: [72.0, 150, 300, 600])
  func resolution(_ resolution: Double) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let drawing = Drawing(width: 72, height: 36)
    for name in ["a.png", "a.jpg", "a.jpeg", "a.PNG"] {
      let path = folder.appendingPathComponent(name).path
      try drawing.write(to: path, resolution: resolution)
      let image = try RGBImage(contentsOf: path)
      #expect(image.width == Int(resolution) && image.height == Int(resolution) / 2)
      let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
      if name.lowercased().hasSuffix("png") {
        // pHYs: pixels a metre, across and down, and 1 for the metre.
        let start = try #require(bytes.indices.first { bytes[$0...].starts(with: "pHYs".utf8) }) + 4
        let count = UInt32((resolution / 0.0254).rounded())
        let expected = (0..<4).map { UInt8(truncatingIfNeeded: count >> (24 - 8 * $0)) }
        #expect(Array(bytes[start..<start + 9]) == expected + expected + [1])
      } else {
        // JFIF: after the version, 1 for the inch, then pixels per inch, across and down.
        let start = try #require(bytes.indices.first { bytes[$0...].starts(with: "JFIF".utf8) }) + 7
        let expected = [UInt8(Int(resolution) >> 8), UInt8(Int(resolution) & 0xFF)]
        #expect(Array(bytes[start..<start + 5]) == [1] + expected + expected)
      }
    }
  }

  @Test("a PDF has a page of the drawing's size, and its title")
  func pdf() throws {
    var drawing = Drawing(width: 321, height: 123, title: "Heads of layer 3")
    drawing.draw(.init("text", at: .init(10, 20), size: 8))
    let bytes = try drawing.pdf().bytes
    let text = String(decoding: bytes, as: Unicode.ASCII.self)
    #expect(text.hasPrefix("%PDF-1.") && text.hasSuffix("%%EOF\n"))
    #expect(text.contains("Title (Heads of layer 3)"))
    #expect(text.range(of: "MediaBox \\[ ?0 0 321 123 ?\\]", options: .regularExpression) != nil)
    #expect(text.range(of: "/Count 1\\b", options: .regularExpression) != nil)
  }

  @Test(
    "the texts of a PDF can be searched",
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/pdftotext"), "needs poppler-utils"))
  func searchablePDF() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("a.pdf").path
    let texts = ["Head weights", "Größe ß", "Ящерица", "layer 3 · head 5", "0.25"]
    var drawing = Drawing(width: 200, height: 200)
    for (index, text) in texts.enumerated() {
      drawing.draw(.init(text, at: .init(10, 20 + 20 * Double(index)), size: 8))
    }
    let unwritten = try drawing.write(to: path)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/pdftotext")
    process.arguments = ["-layout", path, "-"]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    for text in texts where !unwritten.contains(text) {
      #expect(output.contains(text), "\(text) in \(output)")
    }
  }

  /// Where the ink of a drawing of one text is, in points.
  private func ink(_ text: Drawing.Text) throws -> (box: Drawing.Rectangle, unwritten: [String])? {
    var drawing = Drawing(width: 400, height: 400)
    drawing.draw(text)
    let (image, unwritten) = try drawing.image(resolution: 144)
    var (xs, ys) = ([Int](), [Int]())
    for y in 0..<image.height {
      for x in 0..<image.width where image[x, y] != .white {
        xs.append(x)
        ys.append(y)
      }
    }
    guard let left = xs.min(), let right = xs.max(), let top = ys.min(), let bottom = ys.max() else {
      return nil
    }
    return (
      .init(
        x: Double(left) / 2, y: Double(top) / 2, width: Double(right + 1 - left) / 2,
        height: Double(bottom + 1 - top) / 2), unwritten
    )
  }

  @Test("text stands on its baseline, before, around or after its anchor")
  func anchors() throws {
    let place = Drawing.Point(200, 200)
    let start = try #require(try ink(.init("HEIH", at: place, size: 20)))
    guard start.unwritten.isEmpty else { return }
    #expect(abs(start.box.bottom - 200) < 0.5 && start.box.x >= 200 && start.box.x < 205)
    #expect((12...16).contains(start.box.height))
    let middle = try #require(try ink(.init("HEIH", at: place, size: 20, anchor: .middle))).box
    #expect(abs(middle.middle.x - 200) < 1.5 && abs(middle.bottom - 200) < 0.5)
    let end = try #require(try ink(.init("HEIH", at: place, size: 20, anchor: .end))).box
    #expect(end.right <= 200 && end.right > 195)
    let upwards = try #require(try ink(.init("HEIH", at: place, size: 20, runsUpwards: true))).box
    #expect(abs(upwards.right - 200) < 0.5 && upwards.bottom <= 200.25 && upwards.bottom > 195)
    #expect(abs(upwards.height - start.box.width) < 0.6)
  }

  @Test("a text that comes out wider than its room is narrowed to it")
  func narrowing() throws {
    let free = try #require(try ink(.init("Attribution", at: .init(50, 200), size: 20)))
    let narrow = try #require(try ink(.init("Attribution", at: .init(50, 200), size: 20, room: 60)))
    #expect(free.box.width > 80 && narrow.box.width <= 60 && narrow.box.width > 52)
    #expect(abs(free.box.height - narrow.box.height) < 0.6)
  }

  @Test(
    "scripts are drawn with the fonts that there are, and what no font has is told",
    arguments: ["Größe „ß“", "Ящерица", "丁鱥", "قطة", "बिल्ली", "แมว"])
  func scripts(_ text: String) throws {
    let (box, unwritten) = try #require(try ink(.init(text, at: .init(50, 200), size: 20)))
    #expect(box.width > 10)
    // Told means that the text has boxes; a private character, which no font has, makes them.
    let unknown = try #require(try ink(.init(text + "\u{F8F0}", at: .init(50, 200), size: 20)))
    #expect(unknown.unwritten == [text + "\u{F8F0}"])
    let advice = Figure.fontAdvice(for: unwritten + unknown.unwritten)
    #expect(advice?.contains("fonts-noto-core") == true && advice?.contains(text) == true)
    #expect(Figure.fontAdvice(for: []) == nil)
  }

  @Test("right-to-left text is shaped: its letters join, so that it is narrower than they are alone")
  func shaping() throws {
    let (joined, unwritten) = try #require(try ink(.init("ببببب", at: .init(50, 200), size: 20, room: 400)))
    guard unwritten.isEmpty else { return }
    let alone = try #require(
      try ink(.init("ب\u{200C}ب\u{200C}ب\u{200C}ب\u{200C}ب", at: .init(50, 200), size: 20, room: 400))
    ).box
    #expect(joined.width < 0.8 * alone.width)
  }

  @Test("a figure that is too large is refused, with what to do")
  func tooLarge() throws {
    for (width, resolution) in [(1000.0, 100_000.0), (1e7, 150)] {
      #expect(throws: DrawingError.self) {
        try Drawing(width: width, height: width).image(resolution: resolution)
      }
    }
    #expect("\(DrawingError.tooLarge(width: 720, height: 72, resolution: 150))".contains("254 × 25 mm"))
  }
}

@Suite struct FigureFormatTests {
  @Test("the extension of a name tells the format")
  func extensions() {
    let expected: [(String, FigureFormat?)] = [
      ("a.png", .png), ("a.b.JPG", .jpeg), ("x/y.jpeg", .jpeg), ("a.svg", .svg), ("a.PDF", .pdf), ("a", nil),
      ("a.gif", nil), ("dir.png/a", nil), ("", nil),
    ]
    for (name, format) in expected { #expect(FigureFormat(extensionOf: name) == format, "\(name)") }
    for format in FigureFormat.allCases {
      #expect(FigureFormat(extensionOf: "a.\(format.fileExtension)") == format)
    }
    #expect(throws: DrawingError.unknownExtension(file: "figure.gif")) {
      try Drawing(width: 1, height: 1).write(to: "figure.gif")
    }
  }
}
