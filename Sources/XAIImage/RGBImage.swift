import XAIFoundation
import XAITensor

/// An 8-bit RGB image: rows from top to bottom, pixels from left to right, samples interleaved.
public struct RGBImage: Hashable, Sendable {
  /// Pixels per row.
  public let width: Int
  /// Number of rows.
  public let height: Int
  /// `height × width × 3` samples: red, green, blue of each pixel.
  public let pixels: [UInt8]

  /// Makes an image from its samples.
  ///
  /// - Throws: `ImageError.wrongSampleCount` where their number is not `height × width × 3`.
  public init(width: Int, height: Int, pixels: [UInt8]) throws(ImageError) {
    guard Self.sampleCount(width: width, height: height, channels: 3) == pixels.count else {
      throw .wrongSampleCount(pixels.count, width: width, height: height, channels: 3)
    }
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  /// The number of samples of an image; nil where an extent is negative or the number overflows.
  static func sampleCount(width: Int, height: Int, channels: Int) -> Int? {
    TensorShape(checking: [width, height, channels])?.count
  }

  /// Makes an image of one colour; traps on negative extents.
  public init(width: Int, height: Int, filledWith colour: Colour) {
    self.init(width: width, height: height) { samples in
      for pixel in 0..<width * height { samples.setColour(colour, at: pixel) }
    }
  }

  /// Makes an image whose samples `write` sets, all of them.
  package init<E: Error>(
    width: Int, height: Int, writing write: (UnsafeMutablePointer<UInt8>) throws(E) -> Void
  ) throws(E) {
    require(width >= 0 && height >= 0, "an image has no negative extent: \(width)×\(height)")
    let count = width * height * 3
    var failure: E?
    let pixels = [UInt8](unsafeUninitializedCapacity: max(count, 1)) { buffer, initialized in
      guard let samples = buffer.baseAddress else { return }
      do throws(E) {
        try write(samples)
        initialized = count
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  /// The colour of the pixel in column `x` of row `y`.
  public subscript(x: Int, y: Int) -> Colour {
    require(
      x >= 0 && x < width && y >= 0 && y < height, "(\(x), \(y)) is outside an image of \(width)×\(height)")
    let first = (y * width + x) * 3
    return Colour(pixels[first], pixels[first + 1], pixels[first + 2])
  }
}

extension UnsafeMutablePointer<UInt8> {
  /// Sets the three samples of the `pixel`-th pixel.
  func setColour(_ colour: Colour, at pixel: Int) {
    self[3 * pixel] = colour.red
    self[3 * pixel + 1] = colour.green
    self[3 * pixel + 2] = colour.blue
  }
}

extension RGBImage {
  /// A part of the image.
  ///
  /// - Throws: `ImageError.outside` where it reaches outside.
  public func cropped(
    x: Int, y: Int, width newWidth: Int, height newHeight: Int
  ) throws(ImageError) -> RGBImage {
    guard (0...width).contains(x), (0...height).contains(y), (0...width - x).contains(newWidth),
      (0...height - y).contains(newHeight)
    else {
      throw .outside(part: "\(newWidth)×\(newHeight) at (\(x), \(y))", width: width, height: height)
    }
    return part(x: x, y: y, width: newWidth, height: newHeight)
  }

  /// A part that is known to be inside.
  package func part(x: Int, y: Int, width newWidth: Int, height newHeight: Int) -> RGBImage {
    require(
      x >= 0 && y >= 0 && newWidth >= 0 && newHeight >= 0 && x + newWidth <= width && y + newHeight <= height,
      "\(newWidth)×\(newHeight) at (\(x), \(y)) is outside an image of \(width)×\(height)")
    return RGBImage(width: newWidth, height: newHeight) { target in
      pixels.withUnsafeBufferPointer { source in
        guard let source = source.baseAddress else { return }
        for row in 0..<newHeight {
          (target + row * newWidth * 3).update(
            from: source + ((y + row) * width + x) * 3, count: newWidth * 3)
        }
      }
    }
  }

  /// The image as a mirror shows it: left and right exchanged.
  public func mirrored() -> RGBImage {
    RGBImage(width: width, height: height) { target in
      pixels.withUnsafeBufferPointer { source in
        for y in 0..<height {
          for x in 0..<width {
            let (from, to) = ((y * width + x) * 3, (y * width + width - 1 - x) * 3)
            target[to] = source[from]
            target[to + 1] = source[from + 1]
            target[to + 2] = source[from + 2]
          }
        }
      }
    }
  }
}

extension RGBImage: CustomStringConvertible {
  /// The extent: `500×371 pixels`, the width first.
  public var description: String { "\(width)×\(height) pixels" }
}
