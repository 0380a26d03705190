/// An image that is being drawn; what falls outside is left out.
struct Canvas {
  let width: Int
  let height: Int
  private var pixels: [UInt8]

  init(width: Int, height: Int, background: Colour = .white) {
    self.width = width
    self.height = height
    pixels = Image(width: width, height: height, filledWith: background).pixels
  }

  var image: Image { Image(width: width, height: height, pixels: pixels) }

  /// A rectangle of whole pixels.
  struct Rectangle: Hashable {
    var x: Int
    var y: Int
    var width: Int
    var height: Int
  }

  mutating func fill(_ area: Rectangle, with colour: Colour) {
    let columns = clamped(area.x, area.width, to: width)
    for y in clamped(area.y, area.height, to: height) {
      for x in columns { set(colour, x: x, y: y) }
    }
  }

  /// Draws a frame of `thickness` pixels just inside a rectangle.
  mutating func outline(_ area: Rectangle, with colour: Colour, thickness: Int) {
    let (right, bottom) = (area.x + area.width - thickness, area.y + area.height - thickness)
    fill(Rectangle(x: area.x, y: area.y, width: area.width, height: thickness), with: colour)
    fill(Rectangle(x: area.x, y: bottom, width: area.width, height: thickness), with: colour)
    fill(Rectangle(x: area.x, y: area.y, width: thickness, height: area.height), with: colour)
    fill(Rectangle(x: right, y: area.y, width: thickness, height: area.height), with: colour)
  }

  mutating func draw(_ image: Image, x: Int, y: Int) {
    for row in clamped(y, image.height, to: height) {
      for column in clamped(x, image.width, to: width) { set(image[column - x, row - y], x: column, y: row) }
    }
  }

  /// Draws a line of text whose capitals have their top left corner at (x, y).
  mutating func draw(_ text: String, x: Int, y: Int, scale: Int, colour: Colour = .black) {
    place(text, scale: scale) { canvas, column, row in
      canvas.fill(Rectangle(x: x + column, y: y + row, width: scale, height: scale), with: colour)
    }
  }

  /// Draws a line of text from bottom to top; (x, y) is the lower left corner of its first capital's box.
  mutating func drawUpwards(_ text: String, x: Int, y: Int, scale: Int, colour: Colour = .black) {
    place(text, scale: scale) { canvas, column, row in
      canvas.fill(Rectangle(x: x + row, y: y - column - scale, width: scale, height: scale), with: colour)
    }
  }

  /// Calls `dot` with the place of each dot of a text relative to its origin.
  private mutating func place(
    _ text: String, scale: Int, dot: (inout Canvas, _ column: Int, _ row: Int) -> Void
  ) {
    for (position, character) in text.enumerated() {
      for (row, bits) in BitmapFont.shared.rows(of: character).enumerated() where bits != 0 {
        for column in 0..<BitmapFont.glyphWidth where bits >> (BitmapFont.glyphWidth - 1 - column) & 1 == 1 {
          dot(&self, (position * BitmapFont.advance + column) * scale, row * scale)
        }
      }
    }
  }

  /// Mixes a colour into a pixel: (1 − share) × what is there + share × colour.
  mutating func blend(_ colour: Colour, share: Double, x: Int, y: Int) {
    guard (0..<width).contains(x), (0..<height).contains(y) else { return }
    let first = (y * width + x) * 3
    for (index, sample) in [colour.red, colour.green, colour.blue].enumerated() {
      let mixed = Double(pixels[first + index]) * (1 - share) + Double(sample) * share
      pixels[first + index] = UInt8(min(max(mixed, 0), 255).rounded())
    }
  }

  private func clamped(_ start: Int, _ count: Int, to limit: Int) -> Range<Int> {
    let lower = min(max(start, 0), limit)
    return lower..<min(max(start + count, lower), limit)
  }

  private mutating func set(_ colour: Colour, x: Int, y: Int) {
    let first = (y * width + x) * 3
    pixels[first] = colour.red
    pixels[first + 1] = colour.green
    pixels[first + 2] = colour.blue
  }
}
