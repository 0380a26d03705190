/// The file formats that images are read from and written to.
public enum ImageFormat: String, Hashable, Sendable, CaseIterable {
  case jpeg = "JPEG"
  case png = "PNG"

  /// Tells the format from the first bytes of a file, whatever its name says.
  public init?(of bytes: UnsafeRawBufferPointer) {
    if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      self = .png
    } else {
      return nil
    }
  }

  /// Tells the format to write from the extension of a file name: `.jpg`, `.jpeg` or `.png`.
  public init?(extensionOf path: String) {
    let name = path.split(separator: "/").last ?? ""
    guard let dot = name.lastIndex(of: ".") else { return nil }
    switch name[name.index(after: dot)...].lowercased() {
    case "jpg", "jpeg": self = .jpeg
    case "png": self = .png
    default: return nil
    }
  }

  /// What the first bytes of an unreadable file look like, in words for an error message.
  static func guess(of bytes: UnsafeRawBufferPointer) -> String {
    func has(_ text: String, at offset: Int = 0) -> Bool {
      bytes.dropFirst(offset).starts(with: text.utf8)
    }
    if has("RIFF"), has("WEBP", at: 8) { return "a WebP picture" }
    if has("GIF8") { return "a GIF picture" }
    if has("BM") { return "a BMP picture" }
    if has("II*\0") || has("MM\0*") { return "a TIFF picture" }
    if has("ftyp", at: 4) { return "an AVIF, HEIC or MP4 file" }
    if has("%PDF") { return "a PDF document" }
    if bytes.prefix(512).allSatisfy({ (0x20..<0x7F).contains($0) || (0x09...0x0D).contains($0) }) {
      return "text"
    }
    return "of an unknown format"
  }
}

/// Why an image could not be read or written.
///
/// Each case names the file (or the source that the caller named).
public enum ImageError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file can't be opened or read.
  case unreadable(file: String, reason: String)
  /// The file has no bytes.
  case empty(file: String)
  /// The content is neither JPEG nor PNG.
  case unknownFormat(file: String, content: String)
  /// The image has more pixels than the limit.
  case tooManyPixels(file: String, width: Int, height: Int, limit: Int)
  /// The file ends before the image does.
  case truncated(file: String, format: ImageFormat, reason: String)
  /// The content breaks the rules of its format.
  case corrupt(file: String, format: ImageFormat, reason: String)
  /// Memory ran out.
  case outOfMemory(file: String, format: ImageFormat)
  /// The name of the file to write has no extension of a known format.
  case unknownExtension(file: String)
  /// The image can't be encoded.
  case notEncodable(format: ImageFormat, reason: String)

  /// What is wrong, with what, and what to do.
  public var description: String {
    switch self {
    case .unreadable(let file, let reason):
      "\(file): can't be read: \(reason). Check the path and its permissions."
    case .empty(let file):
      "\(file): the file is empty. Copy or download it again."
    case .unknownFormat(let file, let content):
      "\(file): not a JPEG or PNG picture; the content is \(content). Convert it to JPEG or PNG."
    case .tooManyPixels(let file, let width, let height, let limit):
      "\(file): \(width)×\(height) pixels are more than the limit of \(limit). "
        + "Shrink the picture, or raise the limit if you trust the file."
    case .truncated(let file, let format, let reason):
      "\(file): the \(format.rawValue) picture is cut off (\(reason)). Copy or download it again."
    case .corrupt(let file, let format, let reason):
      "\(file): the \(format.rawValue) picture is damaged or unsupported (\(reason)). "
        + "Copy it again, or save it anew with an image editor."
    case .outOfMemory(let file, let format):
      "\(file): memory ran out over the \(format.rawValue) picture. Shrink the picture or free memory."
    case .unknownExtension(let file):
      "\(file): the extension tells no format. Use .png, .jpg or .jpeg."
    case .notEncodable(let format, let reason):
      "the picture can't be written as \(format.rawValue): \(reason)."
    }
  }
}
