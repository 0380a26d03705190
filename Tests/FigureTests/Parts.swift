@testable import XAIFigures

extension Drawing {
  /// The shapes of a kind of mark.
  func marked(_ name: String) -> [Element] {
    elements.filter { $0.mark.classes.split(separator: " ").contains { $0 == name } }
  }

  var polylines: [[Point]] {
    elements.compactMap { if case .polyline(let points) = $0.content { points } else { nil } }
  }

  var circles: [Point] {
    elements.compactMap { if case .circle(let middle, _) = $0.content { middle } else { nil } }
  }

  /// Where images stand.
  var images: [Rectangle] {
    elements.compactMap { if case .image(_, let area, _) = $0.content { area } else { nil } }
  }

  func text(_ text: String) -> Text? {
    elements.lazy.compactMap {
      if case .text(let found) = $0.content, found.text == text { found } else { nil }
    }
    .first
  }

  /// Whether everything but what is clipped lies within the drawing, texts by the widths that the layout counts with.
  var isWhole: Bool {
    let slack = 0.01
    return elements.allSatisfy { element in
      let corners: [Point]
      switch element.content {
      case .line(let a, let b): corners = [a, b]
      case .polyline(let points), .polygon(let points): corners = element.clip == nil ? points : []
      case .rectangle(let area), .image(_, let area, _):
        corners = [Point(area.x, area.y), Point(area.right, area.bottom)]
      case .circle(let middle, let radius):
        corners = [Point(middle.x - radius, middle.y - radius), Point(middle.x + radius, middle.y + radius)]
      case .text(let text):
        let width = TextMetrics.width(of: text.text, size: text.size, isBold: text.isBold)
        let before = text.anchor == .start ? 0 : text.anchor == .middle ? width / 2 : width
        corners =
          text.runsUpwards
          ? [Point(text.place.x, text.place.y + before), Point(text.place.x, text.place.y - width + before)]
          : [Point(text.place.x - before, text.place.y), Point(text.place.x - before + width, text.place.y)]
      }
      return corners.allSatisfy {
        $0.x >= -slack && $0.x <= width + slack && $0.y >= -slack && $0.y <= height + slack
      }
    }
  }
}
