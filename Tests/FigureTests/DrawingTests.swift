import Foundation
import Testing
import XAIImage

@testable import XAIFigures

#if canImport(FoundationXML)
import FoundationXML
#endif

/// What is said about drawings as SVG, held against their text.
@Suite struct SVGTests {
  /// A number of an attribute of the `index`-th tag of a name.
  private func number(_ markup: String, _ tag: String, _ index: Int, _ attribute: String) -> Double? {
    let tags = markup.components(separatedBy: "<\(tag) ").dropFirst()
    guard index < tags.count else { return nil }
    let part = tags[tags.startIndex + index].components(separatedBy: ">")[0]
    return part.components(separatedBy: "\(attribute)=\"").dropFirst().first
      .flatMap { Double($0.components(separatedBy: "\"")[0]) }
  }

  @Test("a file has its size in points, a white ground, and each shape in its place")
  func shapes() throws {
    var drawing = Drawing(width: 200, height: 100, title: "a < b & \"c\"")
    drawing.draw(.line(.init(1, 2), .init(3.125, 4)), .line(.ink, width: 0.5, dashes: [3, 1.5]))
    drawing.draw(
      .rectangle(.init(x: 10, y: 20, width: 30, height: 40)), .filled(Colour(255, 0, 16), opacity: 0.25))
    drawing.draw(.circle(.init(50, 60), radius: 7), .filled(.ink))
    drawing.draw(.polygon([.init(0, 0), .init(5, 0), .init(5, 5)]), .filled(.ink))
    let svg = try drawing.svg()
    #expect(
      svg.hasPrefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" "))
    #expect(svg.contains("width=\"200pt\" height=\"100pt\" viewBox=\"0 0 200 100\""))
    #expect(svg.contains("<title>a &lt; b &amp; &quot;c&quot;</title>"))
    #expect(svg.contains("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>"))
    #expect(
      svg.contains(
        "<line x1=\"1\" y1=\"2\" x2=\"3.13\" y2=\"4\" fill=\"none\" stroke=\"#16191d\" stroke-width=\"0.5\" "
          + "stroke-dasharray=\"3 1.5\" stroke-linejoin=\"round\"/>"))
    #expect(
      svg.contains(
        "<rect x=\"10\" y=\"20\" width=\"30\" height=\"40\" fill=\"#ff0010\" fill-opacity=\"0.25\"/>"))
    #expect(svg.contains("<circle cx=\"50\" cy=\"60\" r=\"7\" fill=\"#16191d\"/>"))
    #expect(svg.contains("<polygon points=\"0,0 5,0 5,5\" fill=\"#16191d\"/>"))
    #expect(XMLParser(data: Data(svg.utf8)).parse())
  }

  @Test("classes, numbers of curves and tips are on pages and not in files")
  func marks() throws {
    var drawing = Drawing(width: 10, height: 10)
    drawing.draw(
      .rectangle(.init(x: 0, y: 0, width: 5, height: 5)), .filled(.ink),
      mark: .init("cell", series: 3, tip: "<b>"))
    #expect(
      try drawing.svgElements(isMarked: true)
        == "<rect class=\"cell\" data-series=\"3\" x=\"0\" y=\"0\" width=\"5\" height=\"5\" fill=\"#16191d\">"
        + "<title>&lt;b&gt;</title></rect>\n")
    let file = try drawing.svg()
    #expect(!file.contains("class") && !file.contains("data-series") && !file.contains("&lt;b"))
  }

  @Test("texts stay texts in any script, whatever is in them")
  func texts() throws {
    let texts = ["Größe", "丁鱥", "Ящерица", "قطة", "<script>", "a\u{1}b", "tab\there"]
    var drawing = Drawing(width: 100, height: 100)
    for text in texts { drawing.draw(.init(text, at: .init(0, 0), size: 8)) }
    let svg = try drawing.svg()
    for text in ["Größe", "丁鱥", "Ящерица", "قطة", "&lt;script&gt;", "a\u{FFFD}b", "tab here"] {
      #expect(svg.contains(">\(text)</text>"), "\(text)")
    }
    #expect(XMLParser(data: Data(svg.utf8)).parse())
  }

  @Test("an image is the PNG of its own pixels, at its place")
  func images() throws {
    let image = try RGBImage(width: 2, height: 1, pixels: [255, 0, 0, 0, 0, 255])
    var drawing = Drawing(width: 100, height: 100)
    drawing.draw(.image(image, .init(x: 3, y: 4, width: 20, height: 10), isSmooth: false))
    let svg = try drawing.svg()
    #expect(number(svg, "image", 0, "x") == 3 && number(svg, "image", 0, "height") == 10)
    #expect(svg.contains("image-rendering=\"pixelated\""))
    let base64 = try #require(
      svg.components(separatedBy: "data:image/png;base64,").last?.components(separatedBy: "\"").first)
    let bytes = try #require(Data(base64Encoded: base64))
    #expect(Array(bytes) == (try image.png()))
  }

  @Test("what is clipped is inside of a viewport of the same units")
  func clipping() throws {
    var drawing = Drawing(width: 100, height: 100)
    let area = Drawing.Rectangle(x: 10, y: 10, width: 30, height: 20)
    for _ in 0..<2 { drawing.draw(.line(.init(0, 0), .init(99, 99)), .line(.ink), clip: area) }
    drawing.draw(.circle(.init(5, 5), radius: 1), .filled(.ink))
    let parts = try drawing.svgElements(isMarked: false)
      .components(separatedBy: "<svg x=\"10\" y=\"10\" width=\"30\" height=\"20\" viewBox=\"10 10 30 20\">")
    #expect(parts.count == 2)
    let inside = parts[1].components(separatedBy: "</svg>")
    #expect(inside[0].components(separatedBy: "<line").count == 3 && inside[1].contains("<circle"))
  }

  @Test("a scaled drawing has everything at the scale")
  func scaling() throws {
    var drawing = Drawing(width: 100, height: 50)
    drawing.draw(.init("text", at: .init(10, 20), size: 8))
    drawing.draw(.circle(.init(5, 6), radius: 2), .line(.ink, width: 1, dashes: [2]))
    let scaled = drawing.scaled(toWidth: 250)
    #expect(scaled.width == 250 && scaled.height == 125)
    let svg = try scaled.svg()
    #expect(svg.contains("<text x=\"25\" y=\"50\" font-size=\"20\""))
    #expect(svg.contains("<circle cx=\"12.5\" cy=\"15\" r=\"5\""))
    #expect(svg.contains("stroke-width=\"2.5\" stroke-dasharray=\"5\""))
  }
}

/// Texts laid out without a font.
@Suite struct TextBlockTests {
  @Test("no character is lost, and no line is wider than its room")
  func nothingIsCut() {
    let texts = [
      "Integrated Gradients steps=50, baseline=blur", "Transformer Attribution",
      "LongUnbreakableNameThatFitsNowhere", "丁鱥是一种淡水鱼也叫丁桂鱼", "قطة منزلية قصيرة الشعر",
      "Größe „ö ä ü ß“", "two\nparagraphs here", "", " ", "a", "👩‍👩‍👧‍👦 family 👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦",
    ]
    for text in texts {
      for width in [14.0, 20, 33, 57, 100, 400] {
        let block = TextBlock(text, size: 8, width: width)
        let kept = text.filter { !$0.isWhitespace }
        #expect(block.lines.joined().filter { !$0.isWhitespace } == kept, "\(text) in \(width)")
        for line in block.lines {
          #expect(
            TextMetrics.width(of: line, size: block.size) <= width || line.count == 1, "\(line) in \(width)")
        }
        #expect((0.7 * 8...8).contains(block.size))
      }
    }
  }

  @Test("lines break between words, and between characters of scripts without spaces")
  func breaking() {
    #expect(TextBlock("one two three", size: 10, width: 45).lines == ["one two", "three"])
    #expect(TextBlock("steps=2,baseline=blur", size: 10, width: 90).lines == ["steps=2,", "baseline=blur"])
    #expect(TextBlock("丁鱥淡水鱼", size: 10, width: 31).lines == ["丁鱥淡", "水鱼"])
    #expect(TextBlock("a\nb", size: 10).lines == ["a", "b"])
    #expect(TextBlock("", size: 10).lines.isEmpty)
  }

  @Test("a word that is too long makes the text smaller before it is broken")
  func shrinking() {
    let width = TextMetrics.width(of: "attribution", size: 9)
    let block = TextBlock("attribution", size: 10, width: width)
    #expect(block.lines == ["attribution"] && block.size < 10 && block.size > 8)
    let low = TextBlock("one two three four", size: 10, width: 45, height: 20)
    #expect(low.height <= 20 || low.size == 7)
  }

  @Test("widths are those of DejaVu Sans, an ideograph is as wide as high, and marks have no width")
  func widths() {
    #expect(abs(TextMetrics.width(of: "0", size: 1000) - 636) < 1e-9)
    #expect(abs(TextMetrics.width(of: "GMAR", size: 1000) - (775 + 863 + 684 + 695)) < 1e-9)
    #expect(TextMetrics.width(of: "丁", size: 10) == 10)
    #expect(TextMetrics.width(of: "e\u{301}", size: 10) == TextMetrics.width(of: "e", size: 10))
  }
}
