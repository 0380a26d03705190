import XAIFoundation

/// The file formats that images are read from, of which JPEG and PNG are written as well.
public enum ImageFormat: String, Hashable, Sendable, CaseIterable {
  /// Read in every form that libjpeg knows, and written.
  case jpeg = "JPEG"
  /// Read and written, without loss.
  case png = "PNG"
  /// The first frame of an animation; read where libwebp was found when this was built.
  case webp = "WebP"
  /// The first frame; read where giflib was found when this was built.
  case gif = "GIF"

  /// Tells the format from the first bytes of a file, whatever its name says.
  public init?(of bytes: UnsafeRawBufferPointer) {
    if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      self = .png
    } else if bytes.starts(with: "RIFF".utf8), bytes.dropFirst(8).starts(with: "WEBP".utf8) {
      self = .webp
    } else if bytes.starts(with: "GIF87a".utf8) || bytes.starts(with: "GIF89a".utf8) {
      self = .gif
    } else {
      return nil
    }
  }

  /// Tells the format that the extension of a file name stands for: `.jpg`, `.jpeg`, `.jpe`, `.jfif`, `.png`, `.webp` or
  /// `.gif`, in any case.
  public init?(extensionOf path: String) {
    switch FileSystem.parts(ofName: FileSystem.name(of: path)).fileExtension.lowercased() {
    case "jpg", "jpeg", "jpe", "jfif": self = .jpeg
    case "png": self = .png
    case "webp": self = .webp
    case "gif": self = .gif
    default: return nil
    }
  }

  /// Whether the extension of a file name stands for images of a format that nothing here reads.
  package static func isKnownElsewhere(extensionOf path: String) -> Bool {
    let known: Set = [
      "bmp", "dib", "tif", "tiff", "heic", "heif", "avif", "jxl", "jp2", "j2k", "jpx", "svg", "svgz", "psd",
      "ico", "cur",
      "tga", "dds", "exr", "hdr", "qoi", "pbm", "pgm", "ppm", "pnm", "pfm", "dcm", "eps", "raw", "dng", "cr2",
      "cr3", "nef",
      "arw", "orf", "rw2", "raf", "pef",
    ]
    return known.contains(FileSystem.parts(ofName: FileSystem.name(of: path)).fileExtension.lowercased())
  }

  /// Whether this build reads it.
  public var isReadable: Bool {
    switch self {
    case .jpeg, .png: return true
    case .webp:
      #if XAI_WEBP
      return true
      #else
      return false
      #endif
    case .gif:
      #if XAI_GIF
      return true
      #else
      return false
      #endif
    }
  }

  /// Whether it is written.
  public var isWritable: Bool { self == .jpeg || self == .png }

  /// The formats that this build reads, as text: `JPEG, PNG, WebP and GIF`.
  package static var readableText: String {
    let names = allCases.filter(\.isReadable).map(\.rawValue)
    return names.dropLast().joined(separator: ", ") + " and " + (names.last ?? "")
  }

  /// What makes a build that reads the format.
  var advice: String {
    let (package, variable) = self == .gif ? ("libgif-dev", "XAI_GIF") : ("libwebp-dev", "XAI_WEBP")
    return "sudo apt-get install \(package) && \(variable)=on swift build -c release"
  }

  /// What a file is that no decoder takes, by its first bytes, in words for an error message.
  static func guess(of bytes: UnsafeRawBufferPointer) -> String {
    func has(_ text: String, at offset: Int = 0) -> Bool { bytes.dropFirst(offset).starts(with: text.utf8) }
    func has(_ signature: [UInt8]) -> Bool { bytes.starts(with: signature) }
    if has("BM") { return "a BMP image" }
    if has("II*\0") || has("MM\0*") || has("II+\0") || has("MM\0+") {
      return "a TIFF image, or a camera's raw data"
    }
    if has("ftyp", at: 4) {
      let brand = String(decoding: bytes.dropFirst(8).prefix(4), as: UTF8.self)
      switch brand {
      case "avif", "avis": return "an AVIF image"
      case "heic", "heix", "hevc", "hevx", "heim", "heis", "mif1", "msf1": return "a HEIC image"
      case "crx ": return "a camera's raw data"
      default: return "a video, or an image in a video's container"
      }
    }
    if has([0xFF, 0x0A]) || has([0, 0, 0, 0x0C, 0x4A, 0x58, 0x4C, 0x20]) { return "a JPEG XL image" }
    if has([0, 0, 0, 0x0C, 0x6A, 0x50, 0x20, 0x20]) || has([0xFF, 0x4F, 0xFF, 0x51]) {
      return "a JPEG 2000 image"
    }
    if has("8BPS") { return "a Photoshop document" }
    if has([0, 0, 1, 0]) || has([0, 0, 2, 0]) { return "an icon" }
    if has([0x76, 0x2F, 0x31, 0x01]) { return "an OpenEXR image" }
    if has("qoif") { return "a QOI image" }
    if has("DDS ") { return "a DDS texture" }
    if has("DICM", at: 128) { return "a DICOM image" }
    if has("%PDF") { return "a PDF document" }
    if has("PK\u{3}\u{4}") { return "a zip archive" }
    if has([0x1F, 0x8B]) { return "a gzip archive" }
    if has("GIF8") { return "a GIF image of an unknown version" }
    return textGuess(of: bytes) ?? "of an unknown format"
  }

  /// What a text is; nil for other bytes.
  private static func textGuess(of bytes: UnsafeRawBufferPointer) -> String? {
    let start = bytes.prefix(512)
    if start.first == UInt8(ascii: "P"), start.count > 2, (0x31...0x37).contains(start[1]),
      [0x20, 0x09, 0x0A, 0x0D, 0x23].contains(start[2])
    {
      return "a PNM image"
    }
    guard start.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || (0x09...0x0D).contains($0) }) else { return nil }
    let text = String(decoding: start, as: UTF8.self)
    if text.hasPrefix("version https://git-lfs.github.com") {
      return "the pointer of a file in Git LFS; `git lfs pull` fetches the file itself"
    }
    let lowercased = text.lowercased()
    if lowercased.contains("<svg") { return "an SVG drawing" }
    if lowercased.contains("<!doctype html") || lowercased.contains("<html") { return "a page in HTML" }
    // The last scalar may be cut.
    return (0...3).contains { String(validating: start.dropLast($0), as: UTF8.self) != nil } ? "text" : nil
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
  /// The content is of none of the formats that are known.
  case unknownFormat(file: String, content: String)
  /// This build was made without the library that decodes the format.
  case missingDecoder(file: String, format: ImageFormat)
  /// The image has more pixels than the limit.
  case tooManyPixels(file: String, width: Int, height: Int, limit: Int)
  /// The file ends before the image does.
  case truncated(file: String, format: ImageFormat, reason: String)
  /// The content breaks the rules of its format.
  case corrupt(file: String, format: ImageFormat, reason: String)
  /// Memory ran out.
  case outOfMemory(file: String, format: ImageFormat)
  /// The name of the file to write has no extension of a format that is written.
  case unknownExtension(file: String)
  /// The image can't be encoded.
  case notEncodable(format: ImageFormat, reason: String)
  /// Samples in memory don't make an image.
  case unusableSamples(reason: String)
  /// Samples that are more or fewer than an image of this extent has.
  case wrongSampleCount(Int, width: Int, height: Int, channels: Int)
  /// A part is asked for that is not inside the image.
  case outside(part: String, width: Int, height: Int)
  /// An image can't be resized from or to no pixels.
  case notResizable(from: String, to: String)

  /// What is wrong, with what, and what to do.
  public var description: String {
    switch self {
    case .unreadable(let file, let reason):
      "\(FileName.shown(file)): can't be read: \(reason). Check the path and its permissions."
    case .empty(let file):
      "\(FileName.shown(file)): the file is empty. Copy or download it again."
    case .unknownFormat(let file, let content):
      "\(FileName.shown(file)): not an image of a format that is read (\(ImageFormat.readableText)); the content is \(content). "
        + "Convert it to PNG or JPEG."
    case .missingDecoder(let file, let format):
      "\(FileName.shown(file)): this build reads no \(format.rawValue). Convert the image to PNG or JPEG, or build with "
        + "the library: \(format.advice)"
    case .tooManyPixels(let file, let width, let height, let limit):
      "\(FileName.shown(file)): \(width)×\(height) pixels are more than the limit of \(limit). "
        + "Shrink the image, or raise the limit if you trust the file."
    case .truncated(let file, let format, let reason):
      "\(FileName.shown(file)): the \(format.rawValue) image is cut off (\(reason)). Copy or download it again."
    case .corrupt(let file, let format, let reason):
      "\(FileName.shown(file)): the \(format.rawValue) image is damaged or unsupported (\(reason)). "
        + "Copy it again, or save it anew with an image editor."
    case .outOfMemory(let file, let format):
      "\(FileName.shown(file)): memory ran out over the \(format.rawValue) image. Shrink the image or free memory."
    case .unknownExtension(let file):
      "\(FileName.shown(file)): the extension tells no format that is written. Use .png, .jpg or .jpeg."
    case .notEncodable(let format, let reason):
      "the image can't be written as \(format.rawValue): \(reason)."
    case .unusableSamples(let reason):
      "the samples don't make an image: \(reason). Check width, height, order and bytes a row."
    case .wrongSampleCount(let count, let width, let height, let channels):
      "\(count) samples do not make an image of \(width)×\(height) with \(channels) to a pixel."
    case .outside(let part, let width, let height):
      "\(part) is not inside an image of \(width)×\(height)."
    case .notResizable(let from, let to):
      "an image of \(from) can't be resized to \(to): both need a width and a height of at least 1."
    }
  }
}
