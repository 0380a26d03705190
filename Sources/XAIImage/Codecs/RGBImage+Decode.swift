import CImageCodecs
import XAIFoundation

extension RGBImage {
  /// The most pixels that an image may have unless the caller says otherwise, 178,956,970 as in Pillow.
  public static let defaultPixelLimit = 178_956_970

  /// How an image is turned when it is read.
  public enum Orientation: String, Hashable, Sendable, CaseIterable {
    /// As its EXIF orientation says, so that what was up is up: what viewers show, and `transformers.image_utils.load_image`
    /// gives.
    case upright
    /// As it is stored, which `PIL.Image.open` and the loaders of timm and torchvision give.
    case raw
  }

  /// Decodes a JPEG, PNG, WebP or GIF, told apart by content, to what Pillow's `Image.open(file).convert("RGB")` gives,
  /// turned upright as its `ImageOps.exif_transpose` does.
  ///
  /// Alpha is dropped; palettes, grey, 16-bit and CMYK samples become RGB; of an animation it is the first frame.
  /// - Parameters:
  ///   - bytes: The whole content of the file.
  ///   - file: The name that errors give to the source.
  ///   - pixelLimit: The most pixels to decode; checked against the header before memory is taken.
  ///   - orientation: Whether the image is turned upright, or left as it is stored.
  public init(
    decoding bytes: UnsafeRawBufferPointer, file: String = "image", pixelLimit: Int = defaultPixelLimit,
    orientation: Orientation = .upright
  ) throws(ImageError) {
    self = try Self.decode(bytes, file: file, pixelLimit: pixelLimit, orientation: orientation).image
  }

  /// Decodes an image held in an array, in the same way as one in a buffer.
  public init(
    decoding bytes: [UInt8], file: String = "image", pixelLimit: Int = defaultPixelLimit,
    orientation: Orientation = .upright
  ) throws(ImageError) {
    self = try bytes.withUnsafeBufferPointer { (elements) throws(ImageError) in
      try RGBImage(
        decoding: UnsafeRawBufferPointer(elements), file: file, pixelLimit: pixelLimit,
        orientation: orientation)
    }
  }

  /// Reads and decodes an image file, in the same way as its bytes.
  public init(
    contentsOf path: String, pixelLimit: Int = defaultPixelLimit, orientation: Orientation = .upright
  ) throws(ImageError) {
    self = try Self.read(path, pixelLimit: pixelLimit, orientation: orientation).image
  }

  /// Reads and decodes an image file, and says whether it was turned.
  package static func read(
    _ path: String, pixelLimit: Int = defaultPixelLimit, orientation: Orientation
  ) throws(ImageError) -> (image: RGBImage, isTurned: Bool) {
    let bytes: [UInt8]
    do throws(ReadFailure) {
      bytes = try FileContents.read(path)
    } catch {
      throw .unreadable(file: path, reason: error.reason)
    }
    return try bytes.withUnsafeBufferPointer { (elements) throws(ImageError) in
      try decode(
        UnsafeRawBufferPointer(elements), file: path, pixelLimit: pixelLimit, orientation: orientation)
    }
  }

  /// Decodes an image held in an array, and says whether it was turned.
  package static func read(
    _ bytes: [UInt8], file: String, pixelLimit: Int = defaultPixelLimit, orientation: Orientation
  ) throws(ImageError) -> (image: RGBImage, isTurned: Bool) {
    try bytes.withUnsafeBufferPointer { (elements) throws(ImageError) in
      try decode(
        UnsafeRawBufferPointer(elements), file: file, pixelLimit: pixelLimit, orientation: orientation)
    }
  }

  /// The extent of an image of which the content of the file is given, upright, by its header: nothing is decoded.
  package static func extent(
    of bytes: UnsafeRawBufferPointer, file: String
  ) throws(ImageError) -> (width: Int, height: Int) {
    guard !bytes.isEmpty else { throw .empty(file: file) }
    guard let format = ImageFormat(of: bytes) else {
      throw .unknownFormat(file: file, content: ImageFormat.guess(of: bytes))
    }
    let (width, height) = try Decoder(format: format, file: file).extent(of: bytes)
    return EXIFOrientation(of: bytes, format: format).tag >= 5 ? (height, width) : (width, height)
  }

  /// Whether the image of a file is stored in another orientation than upright; false for one that can't be read.
  ///
  /// Looks at the file's metadata alone.
  package static func isTurned(_ path: String) -> Bool {
    guard let file = try? FileBytes(mapping: path) else { return false }
    return file.withBytes { bytes in
      ImageFormat(of: bytes).map { EXIFOrientation(of: bytes, format: $0).tag > 1 } ?? false
    }
  }

  private static func decode(
    _ bytes: UnsafeRawBufferPointer, file: String, pixelLimit: Int, orientation: Orientation
  ) throws(ImageError) -> (image: RGBImage, isTurned: Bool) {
    guard !bytes.isEmpty else { throw .empty(file: file) }
    guard let format = ImageFormat(of: bytes) else {
      throw .unknownFormat(file: file, content: ImageFormat.guess(of: bytes))
    }
    let image = try Decoder(format: format, file: file).image(in: bytes, pixelLimit: pixelLimit)
    let tag = orientation == .upright ? EXIFOrientation(of: bytes, format: format) : EXIFOrientation(tag: 1)
    return (image.turned(by: tag), tag.tag > 1)
  }
}

/// Calls the C decoder of one format and gives its errors a name and a file.
private struct Decoder {
  /// The two functions of a format: the extent by the header, and the pixels.
  private typealias Functions = (
    extent: (
      UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<xai_extent>?, UnsafeMutablePointer<xai_codec_report>?
    )
      -> xai_codec_status,
    decode: (
      UnsafePointer<UInt8>?, Int, xai_extent, UnsafeMutablePointer<UInt8>?,
      UnsafeMutablePointer<xai_codec_report>?
    )
      -> xai_codec_status
  )

  var format: ImageFormat
  var file: String

  func image(in bytes: UnsafeRawBufferPointer, pixelLimit: Int) throws(ImageError) -> RGBImage {
    let functions = try functions
    let source = bytes.assumingMemoryBound(to: UInt8.self)
    var report = xai_codec_report()
    let (width, height) = try extent(of: bytes)
    let extent = xai_extent(width: UInt32(width), height: UInt32(height))
    let (count, overflow) = width.multipliedReportingOverflow(by: height)
    guard !overflow, count <= pixelLimit else {
      throw .tooManyPixels(file: file, width: width, height: height, limit: pixelLimit)
    }
    return try RGBImage(width: width, height: height) { (pixels) throws(ImageError) in
      try check(functions.decode(source.baseAddress, source.count, extent, pixels, &report), report)
    }
  }

  /// The extent that the header states.
  func extent(of bytes: UnsafeRawBufferPointer) throws(ImageError) -> (width: Int, height: Int) {
    let source = bytes.assumingMemoryBound(to: UInt8.self)
    var report = xai_codec_report()
    var extent = xai_extent()
    try check(try functions.extent(source.baseAddress, source.count, &extent, &report), report)
    return (Int(extent.width), Int(extent.height))
  }

  /// Throws for a format whose library this build lacks.
  private var functions: Functions {
    get throws(ImageError) {
      switch format {
      case .jpeg: return (xai_jpeg_extent, xai_jpeg_decode)
      case .png: return (xai_png_extent, xai_png_decode)
      case .webp:
        #if XAI_WEBP
        return (xai_webp_extent, xai_webp_decode)
        #else
        throw .missingDecoder(file: file, format: format)
        #endif
      case .gif:
        #if XAI_GIF
        return (xai_gif_extent, xai_gif_decode)
        #else
        throw .missingDecoder(file: file, format: format)
        #endif
      }
    }
  }

  private func check(_ status: xai_codec_status, _ report: xai_codec_report) throws(ImageError) {
    switch status {
    case XAI_CODEC_OK: return
    case XAI_CODEC_TRUNCATED: throw .truncated(file: file, format: format, reason: report.text)
    case XAI_CODEC_NO_MEMORY: throw .outOfMemory(file: file, format: format)
    default: throw .corrupt(file: file, format: format, reason: report.text)
    }
  }
}

extension xai_codec_report {
  /// The message of the library.
  var text: String {
    withUnsafeBytes(of: message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
