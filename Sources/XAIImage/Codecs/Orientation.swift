/// How an image is turned, as the EXIF tag 0x0112 counts it: 1 is upright.
struct Orientation: Hashable {
  var tag: Int

  init(tag: Int) { self.tag = (1...8).contains(tag) ? tag : 1 }

  /// Finds the tag in the EXIF block of a file; upright where there is none or it is damaged.
  init(of bytes: UnsafeRawBufferPointer, format: ImageFormat) {
    let block = format == .jpeg ? Self.exifInJPEG(bytes) : Self.exifInPNG(bytes)
    self.init(tag: block.flatMap(Self.tag(inTIFF:)) ?? 1)
  }

  /// The TIFF block in the APP1 segment of a JPEG.
  private static func exifInJPEG(_ bytes: UnsafeRawBufferPointer) -> Slice<UnsafeRawBufferPointer>? {
    var offset = 2
    while offset + 4 <= bytes.count, bytes[offset] == 0xFF, bytes[offset + 1] != 0xDA {
      let length = Int(bytes[offset + 2]) << 8 | Int(bytes[offset + 3])
      let end = offset + 2 + length
      guard length >= 2, end <= bytes.count else { return nil }
      let segment = bytes[offset + 4..<end]
      if bytes[offset + 1] == 0xE1, segment.starts(with: "Exif\0\0".utf8) { return segment.dropFirst(6) }
      offset = end
    }
    return nil
  }

  /// The TIFF block in the eXIf chunk of a PNG.
  private static func exifInPNG(_ bytes: UnsafeRawBufferPointer) -> Slice<UnsafeRawBufferPointer>? {
    var offset = 8
    while offset + 12 <= bytes.count {
      let length = bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
      guard length <= bytes.count - offset - 12 else { return nil }
      if bytes[offset + 4..<offset + 8].elementsEqual("eXIf".utf8) {
        return bytes[offset + 8..<offset + 8 + length]
      }
      offset += 12 + length
    }
    return nil
  }

  /// Looks the tag up in the first directory of a TIFF block.
  private static func tag(inTIFF block: Slice<UnsafeRawBufferPointer>) -> Int? {
    let isLittle = block.starts(with: "II*\0".utf8)
    guard isLittle || block.starts(with: "MM\0*".utf8) else { return nil }
    func number(at offset: Int, bytes count: Int) -> Int? {
      guard offset <= block.count - count else { return nil }
      let digits = block.dropFirst(offset).prefix(count)
      return isLittle
        ? digits.reversed().reduce(0) { $0 << 8 | Int($1) } : digits.reduce(0) { $0 << 8 | Int($1) }
    }
    guard let directory = number(at: 4, bytes: 4), let entries = number(at: directory, bytes: 2) else {
      return nil
    }
    for entry in 0..<entries {
      let offset = directory + 2 + 12 * entry
      guard let key = number(at: offset, bytes: 2) else { return nil }
      if key == 0x0112 { return number(at: offset + 8, bytes: 2) }
    }
    return nil
  }
}

extension Image {
  /// The image turned upright.
  func oriented(by orientation: Orientation) -> Image {
    guard orientation.tag > 1 else { return self }
    // Tags 5 to 8 mirror along the diagonal first; then columns are reversed in 2, 3, 6, 7 and rows in 3, 4, 7, 8.
    let isTransposed = orientation.tag >= 5
    let reversesColumns = [2, 3, 6, 7].contains(orientation.tag)
    let reversesRows = [3, 4, 7, 8].contains(orientation.tag)
    let (newWidth, newHeight) = isTransposed ? (height, width) : (width, height)
    return Image(width: newWidth, height: newHeight) { target in
      for y in 0..<newHeight {
        for x in 0..<newWidth {
          let column = reversesColumns ? newWidth - 1 - x : x
          let row = reversesRows ? newHeight - 1 - y : y
          target.setColour(
            isTransposed ? self[row, column] : self[column, row], at: y * newWidth + x)
        }
      }
    }
  }
}
