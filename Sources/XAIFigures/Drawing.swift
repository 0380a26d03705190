package import XAIImage

/// A figure as shapes, texts and images at their places, in points (1/72 of an inch) from the top left corner.
///
/// It is written as SVG by ``svg()``, and by Cairo and Pango as pixels and PDF. What is drawn later lies above.
public struct Drawing: Sendable {
  /// The width in points.
  public let width: Double
  /// The height in points.
  public let height: Double
  /// What the figure shows, for those who can't see it and for the title of a PDF.
  public var title = ""

  package private(set) var elements: [Element] = []

  /// Makes an empty drawing.
  package init(width: Double, height: Double, title: String = "") {
    self.width = max(width, 1)
    self.height = max(height, 1)
    self.title = title
  }

  package struct Point: Hashable, Sendable {
    package var x: Double
    package var y: Double

    package init(_ x: Double, _ y: Double) {
      self.x = x
      self.y = y
    }
  }

  package struct Rectangle: Hashable, Sendable {
    package var x: Double
    package var y: Double
    package var width: Double
    package var height: Double

    package init(x: Double, y: Double, width: Double, height: Double) {
      self.x = x
      self.y = y
      self.width = width
      self.height = height
    }

    package var right: Double { x + width }
    package var bottom: Double { y + height }
    package var middle: Point { Point(x + width / 2, y + height / 2) }
  }

  /// How a shape is drawn.
  package struct Style: Hashable, Sendable {
    package var fill: Colour?
    /// Of the fill, from 0 to 1.
    package var opacity = 1.0
    package var stroke: Colour?
    package var lineWidth = 1.0
    /// Drawn and left out by turns, in points along the line; empty for a whole line.
    package var dashes: [Double] = []

    package static func filled(_ colour: Colour, opacity: Double = 1) -> Style {
      Style(fill: colour, opacity: opacity)
    }

    package static func line(_ colour: Colour, width: Double = 1, dashes: [Double] = []) -> Style {
      Style(stroke: colour, lineWidth: width, dashes: dashes)
    }
  }

  /// A line of text.
  package struct Text: Hashable, Sendable {
    /// What of a text stands at its anchor.
    package enum Anchor: String, Sendable {
      case start
      case middle
      case end
    }

    package var text: String
    /// The anchor, on the baseline.
    package var place: Point
    package var size: Double
    package var anchor = Anchor.start
    package var isBold = false
    package var colour = Colour.ink
    package var runsUpwards = false
    /// What a font that is wider than the layout counted with is narrowed to.
    package var room: Double

    package init(
      _ text: String, at place: Point, size: Double, anchor: Anchor = .start, isBold: Bool = false,
      colour: Colour = .ink, runsUpwards: Bool = false, room: Double? = nil
    ) {
      self.text = text
      self.place = place
      self.size = size
      self.anchor = anchor
      self.isBold = isBold
      self.colour = colour
      self.runsUpwards = runsUpwards
      self.room = room ?? TextMetrics.width(of: text, size: size, isBold: isBold) * 1.05
    }
  }

  /// What a page of HTML knows a part of the figure by; files leave it out.
  package struct Mark: Hashable, Sendable {
    package var classes = ""
    /// The number of the curve that it belongs to.
    package var series: Int?
    /// What is shown where someone points at it.
    package var tip = ""

    package init(_ classes: String = "", series: Int? = nil, tip: String = "") {
      self.classes = classes
      self.series = series
      self.tip = tip
    }
  }

  package struct Element: Sendable {
    package enum Content: Sendable {
      case line(Point, Point)
      case polyline([Point])
      case polygon([Point])
      case rectangle(Rectangle)
      case circle(Point, radius: Double)
      /// Stretched to a rectangle; smooth, or with its pixels as they are.
      case image(RGBImage, Rectangle, isSmooth: Bool)
      case text(Text)
    }

    package var content: Content
    package var style: Style
    package var mark: Mark
    /// What is outside is left out.
    package var clip: Rectangle?
  }

  package mutating func draw(
    _ content: Element.Content, _ style: Style = Style(), mark: Mark = Mark(), clip: Rectangle? = nil
  ) {
    elements.append(Element(content: content, style: style, mark: mark, clip: clip))
  }

  package mutating func draw(_ text: Text, mark: Mark = Mark()) {
    guard !text.text.isEmpty else { return }
    draw(.text(text), mark: mark)
  }

  /// Draws lines of text under one another; `top` is where the first one begins.
  package mutating func draw(
    _ block: TextBlock, x: Double, top: Double, anchor: Text.Anchor, colour: Colour = .ink,
    mark: Mark = Mark()
  ) {
    for (index, line) in block.lines.enumerated() {
      draw(
        Text(
          line, at: Point(x, top + TextMetrics.ascent * block.size + Double(index) * block.lineHeight),
          size: block.size, anchor: anchor, isBold: block.isBold, colour: colour, room: block.room),
        mark: mark)
    }
  }

  /// Draws another drawing with its corner at a place.
  package mutating func draw(_ other: Drawing, x: Double, y: Double) {
    elements += other.elements.map { $0.transformed(scale: 1, x: x, y: y) }
  }

  /// The same drawing with everything in it larger or smaller.
  package func scaled(toWidth width: Double) -> Drawing {
    let scale = width / self.width
    var result = Drawing(width: width, height: height * scale, title: title)
    result.elements = elements.map { $0.transformed(scale: scale, x: 0, y: 0) }
    return result
  }

  /// Drawings next to one another, aligned at the top.
  package init(sideBySide drawings: [Drawing], gap: Double) {
    self.init(
      width: drawings.map(\.width).reduce(0, +) + gap * Double(max(drawings.count - 1, 0)),
      height: drawings.map(\.height).max() ?? 0,
      title: drawings.map(\.title).filter { !$0.isEmpty }.joined(separator: "; "))
    var x = 0.0
    for drawing in drawings {
      draw(drawing, x: x, y: 0)
      x += drawing.width + gap
    }
  }

  /// All that is written in the figure.
  package var texts: [String] {
    elements.compactMap { if case .text(let text) = $0.content { text.text } else { nil } }
  }
}

extension Drawing.Element {
  fileprivate func transformed(scale: Double, x: Double, y: Double) -> Self {
    func moved(_ point: Drawing.Point) -> Drawing.Point {
      Drawing.Point(point.x * scale + x, point.y * scale + y)
    }
    func moved(_ area: Drawing.Rectangle) -> Drawing.Rectangle {
      Drawing.Rectangle(
        x: area.x * scale + x, y: area.y * scale + y, width: area.width * scale, height: area.height * scale)
    }
    var result = self
    result.style.lineWidth *= scale
    result.style.dashes = style.dashes.map { $0 * scale }
    result.clip = clip.map(moved)
    result.content =
      switch content {
      case .line(let start, let end): .line(moved(start), moved(end))
      case .polyline(let points): .polyline(points.map(moved))
      case .polygon(let points): .polygon(points.map(moved))
      case .rectangle(let area): .rectangle(moved(area))
      case .circle(let middle, let radius): .circle(moved(middle), radius: radius * scale)
      case .image(let image, let area, let isSmooth): .image(image, moved(area), isSmooth: isSmooth)
      case .text(var text):
        {
          text.place = moved(text.place)
          text.size *= scale
          text.room *= scale
          return .text(text)
        }()
      }
    return result
  }
}

extension Colour {
  package static let ink = Colour(22, 25, 29)
  package static let muted = Colour(83, 91, 102)
  package static let grid = Colour(214, 218, 224)
}
