import XAIFoundation
public import XAIImage

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension Drawing {
  /// The families that text is drawn with, the first one that there is.
  private static let fonts = "'DejaVu Sans', 'Noto Sans', Verdana, system-ui, sans-serif"

  /// The drawing as an SVG file: texts stay texts, and images are PNGs inside.
  public func svg() throws(ImageError) -> String {
    """
    <?xml version="1.0" encoding="UTF-8"?>
    <svg xmlns="http://www.w3.org/2000/svg" width="\(number(width))pt" height="\(number(height))pt" \
    viewBox="0 0 \(number(width)) \(number(height))" font-family="\(Self.fonts)" role="img">
    <title>\(escapedMarkup(title))</title>
    <rect width="100%" height="100%" fill="#ffffff"/>
    \(try svgElements(isMarked: false))</svg>

    """
  }

  /// The elements of an SVG, without what is around them.
  ///
  /// - Parameter isMarked: whether classes and tips are written, by which a page styles and explains the parts.
  package func svgElements(isMarked: Bool) throws(ImageError) -> String {
    var writer = ElementWriter(isMarked: isMarked)
    for element in elements { try writer.write(element) }
    writer.endClip()
    return writer.markup
  }
}

/// A text as it is written between tags and in quoted attributes.
///
/// Characters that XML can't hold become the replacement character.
package func escapedMarkup(_ text: String) -> String {
  var result = ""
  result.reserveCapacity(text.utf8.count)
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case "'": result += "&#39;"
    case "\t", "\n", "\r": result.unicodeScalars.append(" ")
    case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: result += "\u{FFFD}"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}

private func number(_ value: Double) -> String { decimal(value, atMost: 2) }

private struct ElementWriter {
  let isMarked: Bool
  var markup = ""
  private var clip: Drawing.Rectangle?

  init(isMarked: Bool) { self.isMarked = isMarked }

  mutating func write(_ element: Drawing.Element) throws(ImageError) {
    if element.clip != clip {
      endClip()
      if let area = element.clip {
        // A nested viewport clips, and needs no name of its own on a page with many figures.
        let box = [area.x, area.y, area.width, area.height].map(number)
        markup +=
          "<svg x=\"\(box[0])\" y=\"\(box[1])\" width=\"\(box[2])\" height=\"\(box[3])\" "
          + "viewBox=\"\(box.joined(separator: " "))\">\n"
        clip = area
      }
    }
    let (tag, attributes, text) = try parts(of: element)
    let mark = isMarked ? self.attributes(of: element.mark) : ""
    let tip =
      isMarked && !element.mark.tip.isEmpty ? "<title>\(escapedMarkup(element.mark.tip))</title>" : ""
    markup += "<\(tag)\(mark) \(attributes)"
    markup += text.isEmpty && tip.isEmpty ? "/>\n" : ">\(tip)\(text)</\(tag)>\n"
  }

  mutating func endClip() {
    if clip != nil { markup += "</svg>\n" }
    clip = nil
  }

  private func parts(
    of element: Drawing.Element
  ) throws(ImageError) -> (tag: String, attributes: String, text: String) {
    let style = attributes(of: element.style)
    switch element.content {
    case .line(let start, let end):
      return (
        "line",
        "x1=\"\(number(start.x))\" y1=\"\(number(start.y))\" x2=\"\(number(end.x))\" y2=\"\(number(end.y))\"\(style)",
        ""
      )
    case .polyline(let points): return ("polyline", "points=\"\(list(points))\"\(style)", "")
    case .polygon(let points): return ("polygon", "points=\"\(list(points))\"\(style)", "")
    case .rectangle(let area): return ("rect", attributes(of: area) + style, "")
    case .circle(let middle, let radius):
      return (
        "circle", "cx=\"\(number(middle.x))\" cy=\"\(number(middle.y))\" r=\"\(number(radius))\"\(style)", ""
      )
    case .image(let image, let area, let isSmooth):
      let data = Data(try image.png()).base64EncodedString()
      return (
        "image",
        attributes(of: area) + " preserveAspectRatio=\"none\""
          + (isSmooth ? "" : " image-rendering=\"pixelated\"")
          + " href=\"data:image/png;base64,\(data)\"", ""
      )
    case .text(let text): return ("text", attributes(of: text), escapedMarkup(text.text))
    }
  }

  private func list(_ points: [Drawing.Point]) -> String {
    points.map { "\(number($0.x)),\(number($0.y))" }.joined(separator: " ")
  }

  private func attributes(of area: Drawing.Rectangle) -> String {
    "x=\"\(number(area.x))\" y=\"\(number(area.y))\" width=\"\(number(area.width))\" height=\"\(number(area.height))\""
  }

  private func attributes(of style: Drawing.Style) -> String {
    var result = " fill=\"\(style.fill.map(hexadecimal) ?? "none")\""
    if style.fill != nil, style.opacity < 1 { result += " fill-opacity=\"\(number(style.opacity))\"" }
    guard let stroke = style.stroke else { return result }
    result += " stroke=\"\(hexadecimal(stroke))\" stroke-width=\"\(number(style.lineWidth))\""
    if !style.dashes.isEmpty {
      result += " stroke-dasharray=\"\(style.dashes.map(number).joined(separator: " "))\""
    }
    return result + " stroke-linejoin=\"round\""
  }

  /// Each text takes its direction from its own characters, as a paragraph does.
  private func attributes(of text: Drawing.Text) -> String {
    var result =
      "x=\"\(number(text.place.x))\" y=\"\(number(text.place.y))\" font-size=\"\(number(text.size))\""
    if text.anchor != .start { result += " text-anchor=\"\(text.anchor.rawValue)\"" }
    if text.isBold { result += " font-weight=\"bold\"" }
    if text.runsUpwards {
      result += " transform=\"rotate(-90 \(number(text.place.x)) \(number(text.place.y)))\""
    }
    return result + " fill=\"\(hexadecimal(text.colour))\" unicode-bidi=\"plaintext\""
  }

  private func attributes(of mark: Drawing.Mark) -> String {
    (mark.classes.isEmpty ? "" : " class=\"\(mark.classes)\"")
      + (mark.series.map { " data-series=\"\($0)\"" } ?? "")
  }
}

private func hexadecimal(_ colour: Colour) -> String {
  "#"
    + [colour.red, colour.green, colour.blue].map { sample in
      let digits = String(sample, radix: 16)
      return digits.count < 2 ? "0" + digits : digits
    }.joined()
}
