import CImageCodecs

/// How an image file says that its image is to be turned: EXIF's tag 0x0112, of which 1 is upright.
///
/// Read where Pillow's `ImageOps.exif_transpose` reads it: in the EXIF block of the file, and where that has no such tag, in
/// XMP (`tiff:Orientation`). What is damaged says nothing, and the image is then as it is stored.
struct EXIFOrientation: Hashable {
  /// 1 to 8.
  let tag: Int

  init(tag: Int) { self.tag = (1...8).contains(tag) ? tag : 1 }

  /// Finds the tag of a file.
  init(of bytes: UnsafeRawBufferPointer, format: ImageFormat) {
    let metadata =
      switch format {
      case .jpeg: ImageMetadata(jpeg: bytes)
      case .png: ImageMetadata(png: bytes)
      case .webp: ImageMetadata(webp: bytes)
      case .gif: ImageMetadata()
      }
    self.init(tag: Self.tag(inEXIF: metadata.exif) ?? Self.tag(inXMP: metadata.xmp) ?? 1)
  }

  /// Looks the tag up in the first directory of an EXIF block, which is a TIFF file without pixels.
  private static func tag(inEXIF exif: [UInt8]) -> Int? {
    var block = exif[...]
    for _ in 0..<2 where block.starts(with: "Exif\0\0".utf8) { block = block.dropFirst(6) }
    // Some writers confuse the byte order of the number 42, and nothing else.
    let isLittle = block.starts(with: "II*\0".utf8) || block.starts(with: "II\0*".utf8)
    guard isLittle || block.starts(with: "MM\0*".utf8) || block.starts(with: "MM*\0".utf8) else { return nil }
    func number(at offset: Int, bytes count: Int) -> Int? {
      guard offset <= block.count - count else { return nil }
      let digits = block.dropFirst(offset).prefix(count)
      return isLittle
        ? digits.reversed().reduce(0) { $0 << 8 | Int($1) } : digits.reduce(0) { $0 << 8 | Int($1) }
    }
    guard let directory = number(at: 4, bytes: 4), let entries = number(at: directory, bytes: 2) else {
      return nil
    }
    // Of several entries the first that is whole counts.
    for entry in 0..<entries {
      let offset = directory + 2 + 12 * entry
      guard let key = number(at: offset, bytes: 2), let type = number(at: offset + 2, bytes: 2),
        let count = number(at: offset + 4, bytes: 4), offset + 12 <= block.count
      else { break }
      // Whole numbers of two and of four bytes; of several the first.
      guard key == 0x0112, count > 0, let size = [3: 2, 8: 2, 4: 4, 9: 4][type] else { continue }
      guard let start = size * count <= 4 ? offset + 8 : number(at: offset + 8, bytes: 4),
        let value = number(at: start, bytes: size), start + size * count <= block.count
      else { continue }
      return value
    }
    return nil
  }

  /// Looks for `tiff:Orientation="6"` or `<tiff:Orientation>6`.
  private static func tag(inXMP xmp: [UInt8]) -> Int? {
    let name = Array("tiff:Orientation".utf8)
    var rest = xmp[...]
    while let start = rest.firstIndex(of: name[0]) {
      rest = rest[start...]
      if rest.starts(with: name) {
        let value = rest.dropFirst(name.count)
        for mark in ["=\"", ">"] where value.starts(with: mark.utf8) {
          if let digit = value.dropFirst(mark.utf8.count).first, (0x30...0x39).contains(digit) {
            return Int(digit) - 0x30
          }
        }
      }
      rest = rest.dropFirst()
    }
    return nil
  }
}

/// The blocks of an image file that may say how it is to be turned; empty where there is none.
private struct ImageMetadata {
  var exif: [UInt8] = []
  var xmp: [UInt8] = []

  init() {}

  /// The APP1 segments of a JPEG, before the first scan.
  init(jpeg bytes: UnsafeRawBufferPointer) {
    var offset = 2
    while offset + 4 <= bytes.count, bytes[offset] == 0xFF, bytes[offset + 1] != 0xDA {
      // Any number of 0xFF may stand before a marker.
      guard bytes[offset + 1] != 0xFF else {
        offset += 1
        continue
      }
      let length = Int(bytes[offset + 2]) << 8 | Int(bytes[offset + 3])
      let end = offset + 2 + length
      guard length >= 2, end <= bytes.count else { return }
      if bytes[offset + 1] == 0xE1 {
        let segment = bytes[offset + 4..<end]
        let xmpMark = "http://ns.adobe.com/xap/1.0/\0".utf8
        if segment.starts(with: "Exif\0\0".utf8) {
          // A block of more than 64 kB goes on in the next segment.
          exif += exif.isEmpty ? segment : segment.dropFirst(6)
        } else if segment.starts(with: xmpMark) {
          xmp = Array(segment.dropFirst(xmpMark.count))
        }
      }
      offset = end
    }
  }

  /// The eXIf chunk of a PNG, and texts in which programs kept EXIF before there was one, and keep XMP.
  init(png bytes: UnsafeRawBufferPointer) {
    var offset = 8
    var profile: [UInt8] = []
    while offset + 12 <= bytes.count {
      let length = bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
      guard length <= bytes.count - offset - 12 else { break }
      let chunk = bytes[offset + 8..<offset + 8 + length]
      switch String(decoding: bytes[offset + 4..<offset + 8], as: UTF8.self) {
      case "eXIf": exif = Array(chunk)
      case "tEXt", "zTXt", "iTXt":
        let type = bytes[offset + 4]
        if let text = Self.text(chunk, type: type, key: "Raw profile type exif") { profile = text }
        if type == UInt8(ascii: "i"), let text = Self.text(chunk, type: type, key: "XML:com.adobe.xmp") {
          xmp = text
        }
      default: break
      }
      offset += 12 + length
    }
    if exif.isEmpty { exif = Self.bytes(ofProfile: profile) }
  }

  /// The EXIF and XMP chunks of an extended WebP whose header announces them.
  init(webp bytes: UnsafeRawBufferPointer) {
    guard bytes.count >= 30, bytes[12..<16].elementsEqual("VP8X".utf8) else { return }
    let flags = bytes[20]
    var offset = 12
    while offset + 8 <= bytes.count {
      let length = bytes[offset + 4..<offset + 8].reversed().reduce(0) { $0 << 8 | Int($1) }
      guard length <= bytes.count - offset - 8 else { return }
      let chunk = bytes[offset + 8..<offset + 8 + length]
      if flags & 0x08 != 0, exif.isEmpty, bytes[offset..<offset + 4].elementsEqual("EXIF".utf8) {
        exif = Array(chunk)
      }
      if flags & 0x04 != 0, xmp.isEmpty, bytes[offset..<offset + 4].elementsEqual("XMP ".utf8) {
        xmp = Array(chunk)
      }
      offset += 8 + length + length % 2
    }
  }

  /// The text behind a key in a chunk of a PNG; nil for another key.
  private static func text(_ chunk: Slice<UnsafeRawBufferPointer>, type: UInt8, key: String) -> [UInt8]? {
    guard chunk.starts(with: key.utf8), chunk.dropFirst(key.utf8.count).first == 0 else { return nil }
    var rest = chunk.dropFirst(key.utf8.count + 1)
    switch type {
    case UInt8(ascii: "t"): return Array(rest)
    case UInt8(ascii: "z"): return inflated(rest.dropFirst())
    default:
      // Whether it is compressed and how, and the language and its word for the key, each ended by a zero.
      guard rest.count > 2, let isCompressed = rest.first.map({ $0 != 0 }) else { return nil }
      rest = rest.dropFirst(2)
      for _ in 0..<2 {
        guard let end = rest.firstIndex(of: 0) else { return nil }
        rest = rest[(end + 1)...]
      }
      return isCompressed ? inflated(rest) : Array(rest)
    }
  }

  /// What deflated bytes were; nothing where they are damaged or more than a megabyte.
  private static func inflated(_ bytes: Slice<UnsafeRawBufferPointer>) -> [UInt8] {
    let source = UnsafeRawBufferPointer(rebasing: bytes).assumingMemoryBound(to: UInt8.self)
    let capacity = min(1 << 20, max(source.count * 1100, 64))
    return [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
      count = xai_inflate(source.baseAddress, source.count, buffer.baseAddress, capacity)
    }
  }

  /// The bytes of ImageMagick's raw profile: a line end, the name, the number of bytes, then hexadecimal digits in lines.
  private static func bytes(ofProfile text: [UInt8]) -> [UInt8] {
    let digits = text.split(separator: 0x0A, omittingEmptySubsequences: false).dropFirst(3).joined()
      .compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }
}

extension RGBImage {
  /// The image turned upright.
  func turned(by orientation: EXIFOrientation) -> RGBImage {
    guard orientation.tag > 1 else { return self }
    // Tags 5 to 8 mirror along the diagonal first; then columns are reversed in 2, 3, 6, 7 and rows in 3, 4, 7, 8.
    let isTransposed = orientation.tag >= 5
    let reversesColumns = [2, 3, 6, 7].contains(orientation.tag)
    let reversesRows = [3, 4, 7, 8].contains(orientation.tag)
    let (newWidth, newHeight) = isTransposed ? (height, width) : (width, height)
    // From one pixel of a new row to the next, and from one new row to the next, in samples of the old image.
    let (alongOld, acrossOld) = isTransposed ? (width * 3, 3) : (3, width * 3)
    let (along, across) = (reversesColumns ? -alongOld : alongOld, reversesRows ? -acrossOld : acrossOld)
    let first =
      (reversesColumns ? (newWidth - 1) * alongOld : 0) + (reversesRows ? (newHeight - 1) * acrossOld : 0)
    return RGBImage(width: newWidth, height: newHeight) { target in
      pixels.withUnsafeBufferPointer { source in
        var next = 0
        for row in 0..<newHeight {
          var from = first + row * across
          for _ in 0..<newWidth {
            target[next] = source[from]
            target[next + 1] = source[from + 1]
            target[next + 2] = source[from + 2]
            next += 3
            from += along
          }
        }
      }
    }
  }
}
