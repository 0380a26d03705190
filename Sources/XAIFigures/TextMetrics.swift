/// How much room text takes, the same on every machine and in every format.
///
/// The advance widths are those of DejaVu Sans, one of the widest fonts that systems draw sans-serif text with, and averages
/// for other scripts, so that figures are laid out without any font. Where a font turns out wider still, Pango narrows the
/// line to the room that it has.
enum TextMetrics {
  /// From the top of a line to its baseline, in multiples of the font size.
  static let ascent = 0.93
  /// From one baseline to the next.
  static let lineHeight = 1.2
  /// From the baseline to the top of a digit.
  static let digitHeight = 0.73

  static func width(of text: String, size: Double, isBold: Bool = false) -> Double {
    text.unicodeScalars.reduce(0) { $0 + width(of: $1) } * size * (isBold ? 1.12 : 1)
  }

  /// The advance of a character in multiples of the font size.
  private static func width(of scalar: Unicode.Scalar) -> Double {
    if (32..<127).contains(scalar.value) { return ascii[Int(scalar.value) - 32] / 1000 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: return 0
    default: break
    }
    switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE4F,
      0xFF00...0xFF60, 0x20000...0x3FFFD:
      return 1
    case 0x1F000...0x1FAFF: return 1.25
    case 0xA0, 0xB7, 0x2009, 0x202F: return 0.32
    default: return scalar.properties.isUppercase ? 0.8 : 0.7
    }
  }

  /// Thousandths of the font size, from the space to the tilde.
  private static let ascii: [Double] = [
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636, 636, 636,
    636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632, 575, 775, 752, 295,
    295, 656, 557, 863, 748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838,
    500, 500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612, 635, 635, 411, 521,
    392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838,
  ]
}

/// A text in lines that fit a width: broken between words, in a smaller size where a word is too long, and never cut.
package struct TextBlock: Hashable, Sendable {
  package let lines: [String]
  package let size: Double
  package let isBold: Bool
  /// What a line may take; nil where that isn't limited.
  package let room: Double?

  /// Lays a text out; line breaks in it stay.
  ///
  /// - Parameters:
  ///   - width: the room for a line, in points.
  ///   - height: the room for all lines; the size shrinks down to 0.7 of it for that.
  package init(
    _ text: String, size: Double, width: Double = .infinity, height: Double = .infinity, isBold: Bool = false
  ) {
    self.isBold = isBold
    room = width.isFinite ? width : nil
    var size = size
    let least = 0.7 * size
    var lines = Self.broken(text, size: size, width: width, isBold: isBold)
    // Smaller as long as a word stands out of its line, or the lines out of their room.
    while size > least,
      lines.contains(where: { TextMetrics.width(of: $0, size: size, isBold: isBold) > width })
        || Double(lines.count) * size * TextMetrics.lineHeight > height
    {
      size = max(size * 0.95, least)
      lines = Self.broken(text, size: size, width: width, isBold: isBold)
    }
    // A word that is too long for a line of its own even so goes on in the next.
    self.lines = lines.flatMap { Self.split($0, size: size, width: width, isBold: isBold) }
    self.size = size
  }

  package var lineHeight: Double { size * TextMetrics.lineHeight }
  package var height: Double { Double(lines.count) * lineHeight }
  package var width: Double {
    lines.map { TextMetrics.width(of: $0, size: size, isBold: isBold) }.max() ?? 0
  }

  private static func broken(_ text: String, size: Double, width: Double, isBold: Bool) -> [String] {
    guard !text.isEmpty else { return [] }
    return text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { paragraph in
      var lines: [String] = []
      for word in words(of: paragraph) {
        let longer = (lines.last ?? "") + word
        // Spaces at the end of a line hang out of it.
        if let last = lines.last,
          TextMetrics.width(of: trimmed(longer), size: size, isBold: isBold) <= width || last.isEmpty
        {
          lines[lines.count - 1] = longer
        } else {
          lines.append(word)
        }
      }
      return lines.isEmpty ? [""] : lines.map(trimmed)
    }
  }

  /// The parts between which a line may break, spaces at their ends: words, and characters of scripts without spaces.
  private static func words(of text: Substring) -> [String] {
    var words: [String] = []
    var mayBreak = true
    for character in text {
      let isIdeograph = character.unicodeScalars.first.map(Self.isIdeograph) ?? false
      if words.isEmpty || (mayBreak && character != " ") || isIdeograph {
        words.append(String(character))
      } else {
        words[words.count - 1].append(character)
      }
      mayBreak = isIdeograph || " -/_,:".contains(character)
    }
    return words
  }

  private static func isIdeograph(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isIdeographic || (0x3041...0x30FF).contains(scalar.value)
      || (0xAC00...0xD7A3).contains(scalar.value)
  }

  private static func trimmed(_ text: String) -> String {
    var text = text
    while text.last == " " { text.removeLast() }
    return text
  }

  private static func split(_ line: String, size: Double, width: Double, isBold: Bool) -> [String] {
    guard TextMetrics.width(of: line, size: size, isBold: isBold) > width else { return [line] }
    var parts = [""]
    for character in line {
      let longer = parts[parts.count - 1] + String(character)
      if TextMetrics.width(of: longer, size: size, isBold: isBold) <= width || parts.last == "" {
        parts[parts.count - 1] = longer
      } else {
        parts.append(String(character))
      }
    }
    return parts
  }
}
