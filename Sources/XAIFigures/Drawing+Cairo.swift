import CPangoCairo
public import XAIImage

extension Drawing {
  /// Why Cairo and Pango can't be used here; nil where they can.
  package static var cairoProblem: String? {
    xai_canvas_load().map { String(cString: $0) }
  }

  /// The drawing as pixels, with the texts that no font of this system can write in full.
  ///
  /// - Parameter resolution: pixels an inch. A side has ⌊points × resolution / 72 + ½⌋ pixels.
  public func image(resolution: Double = Figure.defaultResolution) throws(DrawingError) -> (
    image: RGBImage, unwritten: [String]
  ) {
    let scale = resolution / 72
    let (columns, rows) = ((width * scale).rounded(), (height * scale).rounded())
    guard resolution > 0, columns <= Self.sideLimit, rows <= Self.sideLimit,
      columns * rows <= Self.pixelLimit
    else { throw .tooLarge(width: width, height: height, resolution: resolution) }
    let (width, height) = (max(Int(columns), 1), max(Int(rows), 1))
    let canvas = try Canvas(xai_canvas_create_pixels(Int32(width), Int32(height), scale))
    let unwritten = try canvas.draw(self)
    let image = RGBImage(width: width, height: height) { pixels in
      xai_canvas_copy_pixels(canvas.pointer, pixels)
    }
    return (image, unwritten)
  }

  /// The drawing as a PDF of one page, with the texts that no font of this system can write in full.
  ///
  /// Fonts are part of the file, as far as they are used, and texts can be searched and copied.
  public func pdf() throws(DrawingError) -> (bytes: [UInt8], unwritten: [String]) {
    let canvas = try Canvas(xai_canvas_create_pdf(width, height, title))
    let unwritten = try canvas.draw(self)
    var count = 0
    let bytes = xai_canvas_pdf_bytes(canvas.pointer, &count)
    return (Array(UnsafeBufferPointer(start: bytes, count: count)), unwritten)
  }

  /// Cairo's surfaces have no longer sides.
  private static var sideLimit: Double { 32_767 }
  /// 1 GiB as Cairo holds pixels.
  private static var pixelLimit: Double { 268_435_456 }
}

/// A page of Cairo's.
private final class Canvas {
  let pointer: OpaquePointer

  init(_ pointer: OpaquePointer?) throws(DrawingError) {
    guard let pointer else {
      throw Drawing.cairoProblem.map { .noCairo(reason: $0) } ?? .notDrawn(reason: "out of memory")
    }
    self.pointer = pointer
  }

  deinit { xai_canvas_discard(pointer) }

  /// Draws everything and ends the page; returns the texts that have characters which no font here has.
  func draw(_ drawing: Drawing) throws(DrawingError) -> [String] {
    var unwritten: [String] = []
    for element in drawing.elements {
      if let clip = element.clip { xai_canvas_clip(pointer, clip.x, clip.y, clip.width, clip.height) }
      if case .text(let text) = element.content {
        if draw(text) > 0, !unwritten.contains(text.text) { unwritten.append(text.text) }
      } else if case .image(let image, let area, let isSmooth) = element.content {
        try draw(image, area, isSmooth: isSmooth)
      } else {
        trace(element.content)
        draw(element.style)
      }
      if element.clip != nil { xai_canvas_unclip(pointer) }
    }
    if let reason = xai_canvas_finish(pointer) { throw .notDrawn(reason: String(cString: reason)) }
    return unwritten
  }

  private func trace(_ content: Drawing.Element.Content) {
    switch content {
    case .line(let start, let end): trace([start, end])
    case .polyline(let points): trace(points)
    case .polygon(let points):
      trace(points)
      xai_canvas_close(pointer)
    case .rectangle(let area): xai_canvas_rectangle(pointer, area.x, area.y, area.width, area.height)
    case .circle(let middle, let radius): xai_canvas_circle(pointer, middle.x, middle.y, radius)
    case .image, .text: break
    }
  }

  private func trace(_ points: [Drawing.Point]) {
    guard let first = points.first else { return }
    xai_canvas_move(pointer, first.x, first.y)
    for point in points.dropFirst() { xai_canvas_line(pointer, point.x, point.y) }
  }

  private func draw(_ style: Drawing.Style) {
    style.dashes.withUnsafeBufferPointer { dashes in
      var result = xai_style()
      result.fill = components(style.fill, opacity: style.opacity)
      result.stroke = components(style.stroke)
      result.line_width = style.lineWidth
      result.dashes = dashes.baseAddress
      result.dash_count = Int32(dashes.count)
      xai_canvas_draw(pointer, result)
    }
  }

  private func draw(_ image: RGBImage, _ area: Drawing.Rectangle, isSmooth: Bool) throws(DrawingError) {
    guard image.width > 0, image.height > 0 else { return }
    let isDone = image.pixels.withUnsafeBufferPointer { pixels in
      xai_canvas_image(
        pointer, pixels.baseAddress, Int32(image.width), Int32(image.height), area.x, area.y, area.width,
        area.height, isSmooth)
    }
    guard isDone else { throw .notDrawn(reason: "out of memory") }
  }

  /// Draws a line of text and gives the count of characters that no font has.
  private func draw(_ text: Drawing.Text) -> Int {
    var result = xai_text()
    result.size = text.size
    result.is_bold = text.isBold
    result.colour = components(text.colour)
    (result.x, result.y) = (text.place.x, text.place.y)
    result.anchor =
      switch text.anchor {
      case .start: 0
      case .middle: 0.5
      case .end: 1
      }
    result.runs_upwards = text.runsUpwards
    result.maximum_width = text.room
    return text.text.withCString { characters in
      result.text = characters
      return Int(xai_canvas_text(pointer, result))
    }
  }

  private func components(_ colour: Colour?, opacity: Double = 1) -> (Double, Double, Double, Double) {
    guard let colour else { return (0, 0, 0, 0) }
    return (Double(colour.red) / 255, Double(colour.green) / 255, Double(colour.blue) / 255, opacity)
  }
}
