/// How the samples of a pixel lie in memory, 8 bits each.
public enum SampleOrder: String, Hashable, Sendable, CaseIterable {
  /// One sample a pixel, which becomes all three.
  case grey
  /// Red, green, blue.
  case rgb
  /// Blue, green, red: OpenCV's order.
  case bgr
  /// Red, green, blue, alpha.
  case rgba
  /// Blue, green, red, alpha: the order of most cameras and screens, `kCVPixelFormatType_32BGRA`.
  case bgra
  /// Alpha, red, green, blue.
  case argb
  /// Alpha, blue, green, red.
  case abgr

  /// Samples, and bytes, of a pixel.
  public var sampleCount: Int {
    switch self {
    case .grey: 1
    case .rgb, .bgr: 3
    case .rgba, .bgra, .argb, .abgr: 4
    }
  }

  /// Where red, green and blue stand among the samples of a pixel.
  var places: (red: Int, green: Int, blue: Int) {
    switch self {
    case .grey: (0, 0, 0)
    case .rgb, .rgba: (0, 1, 2)
    case .bgr, .bgra: (2, 1, 0)
    case .argb: (1, 2, 3)
    case .abgr: (3, 2, 1)
    }
  }
}

extension RGBImage {
  /// Copies an image out of memory, such as a camera's frame; alpha is dropped, as it is when a file is decoded.
  ///
  /// - Parameters:
  ///   - width: pixels a row.
  ///   - height: the number of rows, from top to bottom.
  ///   - samples: the rows, one each `bytesPerRow`; what follows the last row's pixels doesn't matter and may be missing.
  ///   - order: what the samples of a pixel are.
  ///   - bytesPerRow: from the start of a row to that of the next; nil where nothing stands between rows.
  /// - Throws: ``ImageError/unusableSamples(reason:)`` for no pixels, rows that overlap, and too few samples.
  public init(
    width: Int, height: Int, samples: UnsafeRawBufferPointer, order: SampleOrder, bytesPerRow: Int? = nil
  ) throws(ImageError) {
    guard width > 0, height > 0 else {
      throw .unusableSamples(reason: "an image of \(width)×\(height) has no pixels")
    }
    let (row, rowOverflow) = width.multipliedReportingOverflow(by: order.sampleCount)
    let stride = bytesPerRow ?? row
    let (rows, rowsOverflow) = stride.multipliedReportingOverflow(by: height - 1)
    let (needed, overflow) = rows.addingReportingOverflow(row)
    guard !rowOverflow, stride >= row else {
      throw .unusableSamples(
        reason: "\(stride) bytes a row are too few for \(width) pixels of \(order.sampleCount) samples")
    }
    guard !rowsOverflow, !overflow, samples.count >= needed, let start = samples.baseAddress else {
      throw .unusableSamples(
        reason:
          "\(samples.count) bytes are too few for \(width)×\(height) pixels of \(order.sampleCount) samples, "
          + "\(stride) bytes a row")
    }
    let places = order.places
    self.init(width: width, height: height) { target in
      for y in 0..<height {
        var pixel = (start + y * stride).assumingMemoryBound(to: UInt8.self)
        for x in y * width..<(y + 1) * width {
          target.setColour(
            Colour(pixel[places.red], pixel[places.green], pixel[places.blue]), at: x)
          pixel += order.sampleCount
        }
      }
    }
  }

  /// Copies an image out of an array, as out of memory that a pointer leads to.
  public init(
    width: Int, height: Int, samples: [UInt8], order: SampleOrder, bytesPerRow: Int? = nil
  ) throws(ImageError) {
    self = try samples.withUnsafeBufferPointer { (elements) throws(ImageError) in
      try RGBImage(
        width: width, height: height, samples: UnsafeRawBufferPointer(elements), order: order,
        bytesPerRow: bytesPerRow)
    }
  }
}
