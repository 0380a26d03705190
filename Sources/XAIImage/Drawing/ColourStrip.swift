/// A colour bar with words under it, below an image: what the colours of the map over the image mean.
///
/// The words come from a picture that was drawn once. Pango draws those of figures, and loading it takes longer than all the rest
/// of an overlay.
package struct ColourStrip {
  /// Columns of image and strip: those of the image, or more where the words need them.
  package let width: Int
  /// Rows of both.
  package let height: Int
  /// Columns beside the image on the left, where the strip is wider.
  package let left: Int

  private let imageWidth: Int
  private let imageHeight: Int
  /// Rows of the words.
  private let line: Int
  private let colours: [Colour]
  private let words: [RGBImage]

  /// What stands under a bar, in the order of the picture of words.
  private enum Word: Int, CaseIterable {
    case against, zero, `for`, lowest, highest
  }

  /// Lays out the strip of an image with a map over it.
  package init(belowWidth imageWidth: Int, height imageHeight: Int, style: MapStyle) {
    (self.imageWidth, self.imageHeight) = (imageWidth, imageHeight)
    colours = style.colourMap.colours
    line = min(max(imageWidth / 30, 14), Self.sheetLine)
    let names: [Word] = style.scale.isSymmetric ? [.against, .zero, .for] : [.lowest, .highest]
    words = names.compactMap { [line] name in
      Self.sheet[name].map { word in
        word.resampled(
          width: max(word.width * line / Self.sheetLine, 1), height: line, filter: .bilinear)
      }
    }
    width = max(imageWidth, words.reduce(line * (words.count + 1)) { $0 + $1.width })
    left = (width - imageWidth) / 2
    // Above the bar half a line, the bar half, a sixth, the words, a quarter.
    height = imageHeight + line / 2 + line / 2 + line / 6 + line + line / 4
  }

  /// Draws everything but the image: the strip, and white beside the image where that is narrower.
  func draw(to pixels: UnsafeMutablePointer<UInt8>) {
    for y in 0..<imageHeight where width > imageWidth {
      for x in 0..<width where x < left || x >= left + imageWidth {
        pixels.setColour(.white, at: y * width + x)
      }
    }
    for pixel in imageHeight * width..<height * width { pixels.setColour(.white, at: pixel) }
    let (start, length) = (line / 2, width - line / 2 * 2)
    let top = imageHeight + line / 2
    for x in 0..<length {
      let colour = colours[ColourMap.index(of: (Float(x) + 0.5) / Float(length))]
      for y in top..<top + line / 2 { pixels.setColour(colour, at: y * width + start + x) }
    }
    for (index, word) in words.enumerated() {
      // The first begins with the bar, the last ends with it, and one between them is in its middle.
      let x = start + (length - word.width) * index / max(words.count - 1, 1)
      for row in 0..<line {
        for column in 0..<word.width {
          let place = (top + line / 2 + line / 6 + row) * width + x + column
          pixels.setColour(word[column, row], at: place)
        }
      }
    }
  }

  // MARK: - Words

  /// Rows of a word in the picture.
  private static let sheetLine = 96

  /// The words of the picture, `ColourBarWords`, each without the white beside it.
  private static let sheet: [Word: RGBImage] = {
    guard let png = ColourBarWords.png, let sheet = try? RGBImage(decoding: [UInt8](png)),
      sheet.height == sheetLine * Word.allCases.count
    else { return [:] }
    var words: [Word: RGBImage] = [:]
    for word in Word.allCases {
      let rows = word.rawValue * sheetLine..<(word.rawValue + 1) * sheetLine
      let ink = (0..<sheet.width).filter { x in rows.contains { sheet[x, $0] != .white } }
      guard let first = ink.first, let last = ink.last else { continue }
      words[word] = sheet.part(
        x: first, y: rows.lowerBound, width: last + 1 - first, height: sheetLine)
    }
    return words
  }()
}
