import CImageCodecs
import XAIFoundation
import XAITensor

extension RGBImage {
  /// Encodes the image as an 8-bit RGB PNG.
  ///
  /// - Parameter resolution: pixels an inch, which the file states in a `pHYs` chunk; none where nil.
  public func png(resolution: Double? = nil) throws(ImageError) -> [UInt8] {
    try Encoder(format: .png, width: width, height: height).encode(pixels) {
      pixels, extent, encoded, report in
      xai_png_encode(pixels, extent, 3, resolution ?? 0, &encoded, &report)
    }
  }

  /// Encodes `height × width` grey samples as an 8-bit grey PNG.
  ///
  /// - Throws: `ImageError.wrongSampleCount` where their number is another.
  public static func png(grey samples: [UInt8], width: Int, height: Int) throws(ImageError) -> [UInt8] {
    guard RGBImage.sampleCount(width: width, height: height, channels: 1) == samples.count else {
      throw .wrongSampleCount(samples.count, width: width, height: height, channels: 1)
    }
    return try Encoder(format: .png, width: width, height: height).encode(samples) {
      pixels, extent, encoded, report in
      xai_png_encode(pixels, extent, 1, 0, &encoded, &report)
    }
  }

  /// Encodes the image as an 8-bit RGB PNG with alpha: one sample a pixel, 0 for what can't be seen.
  ///
  /// - Throws: `ImageError.wrongSampleCount` where there are more or fewer alpha samples than pixels.
  public func png(alpha: [UInt8]) throws(ImageError) -> [UInt8] {
    guard alpha.count == width * height else {
      throw .wrongSampleCount(alpha.count, width: width, height: height, channels: 1)
    }
    let samples = alpha.enumerated().flatMap { index, alpha in pixels[3 * index..<3 * index + 3] + [alpha] }
    return try Encoder(format: .png, width: width, height: height).encode(samples) {
      pixels, extent, encoded, report in
      xai_png_encode(pixels, extent, 4, 0, &encoded, &report)
    }
  }

  /// Encodes the image as a baseline JPEG, chroma at half resolution.
  ///
  /// - Parameters:
  ///   - quality: from 1 to 100.
  ///   - resolution: pixels an inch, which the file states in its JFIF header; none where nil.
  public func jpeg(quality: Int = 90, resolution: Double? = nil) throws(ImageError) -> [UInt8] {
    guard (1...100).contains(quality) else {
      throw .notEncodable(format: .jpeg, reason: "the quality \(quality) is outside 1 to 100")
    }
    return try Encoder(format: .jpeg, width: width, height: height).encode(pixels) {
      pixels, extent, encoded, report in
      xai_jpeg_encode(pixels, extent, Int32(quality), resolution ?? 0, &encoded, &report)
    }
  }

  /// Writes the image to a file in the format of its extension, `.png`, `.jpg` or `.jpeg`, as PNG or JPEG.
  ///
  /// The file appears whole or not at all. Throws ``ImageError`` or `FileError`.
  public func write(to path: String) throws {
    guard let format = ImageFormat(extensionOf: path), format.isWritable else {
      throw ImageError.unknownExtension(file: path)
    }
    try AtomicFile.write(format == .png ? png() : jpeg(), to: path)
  }
}

/// Calls a C encoder and turns what it made into an array.
private struct Encoder {
  var format: ImageFormat
  var width: Int
  var height: Int

  /// The largest side that the libraries write; both read no larger ones.
  private var sideLimit: Int { format == .jpeg ? 65_500 : 1_000_000 }

  func encode(
    _ pixels: [UInt8],
    with body: (UnsafePointer<UInt8>?, xai_extent, inout xai_encoded, inout xai_codec_report) ->
      xai_codec_status
  ) throws(ImageError) -> [UInt8] {
    guard (1...sideLimit).contains(width), (1...sideLimit).contains(height) else {
      throw .notEncodable(
        format: format, reason: "\(width)×\(height) is outside 1 to \(sideLimit) pixels per side")
    }
    var encoded = xai_encoded()
    var report = xai_codec_report()
    let extent = xai_extent(width: UInt32(width), height: UInt32(height))
    let status = pixels.withUnsafeBufferPointer { body($0.baseAddress, extent, &encoded, &report) }
    guard status == XAI_CODEC_OK else { throw .notEncodable(format: format, reason: report.text) }
    defer { xai_discard(&encoded) }
    return Array(UnsafeBufferPointer(start: encoded.bytes, count: encoded.count))
  }
}
