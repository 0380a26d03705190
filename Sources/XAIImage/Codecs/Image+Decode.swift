import CImageCodecs
import XAIFoundation

extension Image {
  /// The most pixels that an image may have unless the caller says otherwise, 178,956,970 as in Pillow.
  public static let defaultPixelLimit = 178_956_970

  /// Decodes a JPEG or PNG, told apart by content, to what Pillow's `Image.open(file).convert("RGB")` gives.
  ///
  /// Alpha is dropped; palettes, grey, 16-bit and CMYK samples become RGB.
  /// - Parameters:
  ///   - bytes: The whole content of the file.
  ///   - file: The name that errors give to the source.
  ///   - pixelLimit: The most pixels to decode; checked against the header before memory is taken.
  ///   - applyOrientation: Whether to turn the image upright as its EXIF tag says. Pillow doesn't.
  public init(
    decoding bytes: UnsafeRawBufferPointer, file: String = "picture", pixelLimit: Int = defaultPixelLimit,
    applyOrientation: Bool = false
  ) throws(ImageError) {
    guard !bytes.isEmpty else { throw .empty(file: file) }
    guard let format = ImageFormat(of: bytes) else {
      throw .unknownFormat(file: file, content: ImageFormat.guess(of: bytes))
    }
    let image = try Decoder(format: format, file: file).image(in: bytes, pixelLimit: pixelLimit)
    self = applyOrientation ? image.oriented(by: Orientation(of: bytes, format: format)) : image
  }

  /// Decodes a JPEG or PNG held in an array; see ``init(decoding:file:pixelLimit:applyOrientation:)``.
  public init(
    decoding bytes: [UInt8], file: String = "picture", pixelLimit: Int = defaultPixelLimit,
    applyOrientation: Bool = false
  ) throws(ImageError) {
    self = try bytes.withUnsafeBufferPointer { (elements) throws(ImageError) in
      try Image(
        decoding: UnsafeRawBufferPointer(elements), file: file, pixelLimit: pixelLimit,
        applyOrientation: applyOrientation)
    }
  }

  /// Reads and decodes a JPEG or PNG file; see ``init(decoding:file:pixelLimit:applyOrientation:)``.
  public init(
    contentsOf path: String, pixelLimit: Int = defaultPixelLimit, applyOrientation: Bool = false
  ) throws(ImageError) {
    let bytes: [UInt8]
    do throws(ReadFailure) {
      bytes = try FileContents.read(path)
    } catch {
      throw .unreadable(file: path, reason: error.reason)
    }
    try self.init(decoding: bytes, file: path, pixelLimit: pixelLimit, applyOrientation: applyOrientation)
  }
}

/// Calls the C decoder of one format and gives its errors a name and a file.
private struct Decoder {
  var format: ImageFormat
  var file: String

  func image(in bytes: UnsafeRawBufferPointer, pixelLimit: Int) throws(ImageError) -> Image {
    let source = bytes.assumingMemoryBound(to: UInt8.self)
    var report = xai_codec_report()
    var extent = xai_extent()
    let readExtent = format == .jpeg ? xai_jpeg_extent : xai_png_extent
    try check(readExtent(source.baseAddress, source.count, &extent, &report), report)
    let (width, height) = (Int(extent.width), Int(extent.height))
    let (count, overflow) = width.multipliedReportingOverflow(by: height)
    guard !overflow, count <= pixelLimit else {
      throw .tooManyPixels(file: file, width: width, height: height, limit: pixelLimit)
    }
    return try Image(width: width, height: height) { (pixels) throws(ImageError) in
      let decode = format == .jpeg ? xai_jpeg_decode : xai_png_decode
      try check(decode(source.baseAddress, source.count, extent, pixels, &report), report)
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
