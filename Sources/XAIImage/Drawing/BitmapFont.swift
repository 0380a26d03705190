/// A fixed-width font of 5 by 10 pixels for the labels of figures, drawn for this library.
struct BitmapFont {
  static let glyphWidth = 5
  static let glyphHeight = 10
  /// From one character to the next, at scale 1.
  static let advance = 6
  /// Rows from the top of a capital to the baseline.
  static let capHeight = 8

  static let shared = BitmapFont()

  /// Of each glyph its rows, the leftmost column in bit 4.
  private let glyphs: [[UInt8]]
  /// What stands for characters that the font lacks.
  private let box: [UInt8] = [0x1F, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x1F, 0, 0]

  private init() {
    glyphs = Self.strips.flatMap { strip in
      let rows = strip.split(separator: "\n").map { $0.split(separator: " ") }
      return (0..<12).map { index in
        rows.map { row in row[index].utf8.reduce(UInt8(0)) { $0 << 1 | ($1 == UInt8(ascii: "#") ? 1 : 0) } }
      }
    }
  }

  /// The rows of a character, the leftmost column in bit 4.
  func rows(of character: Character) -> [UInt8] {
    switch character {
    case "…": return glyphs[95]
    case "×": return rows(of: "x")
    case "–", "—", "−": return rows(of: "-")
    default:
      guard let code = character.asciiValue, (32..<127).contains(code) else { return box }
      return glyphs[Int(code) - 32]
    }
  }

  /// The width of a text in pixels.
  static func width(of text: String, scale: Int) -> Int {
    max(text.count * advance - 1, 0) * scale
  }

  /// The text, cut and ended with an ellipsis where it is wider than `width` pixels.
  static func fitted(_ text: String, width: Int, scale: Int) -> String {
    guard self.width(of: text, scale: scale) > width else { return text }
    let count = (width / scale + 1) / advance
    guard count > 1 else { return count == 1 ? "…" : "" }
    return text.prefix(count - 1) + "…"
  }
}
