import Testing
import XAIImage

/// Images out of memory: orders of samples, bytes between rows, and what is refused.
@Suite struct SampleOrderTests {
  /// Two pixels a row, two rows: the red, green and blue of each, all different.
  static let colours: [(UInt8, UInt8, UInt8)] = [(1, 2, 3), (40, 50, 60), (7, 8, 9), (250, 100, 0)]

  /// The samples of a pixel, written out for each order.
  static func samples(_ order: SampleOrder, _ colour: (UInt8, UInt8, UInt8)) -> [UInt8] {
    let (red, green, blue) = colour
    let alpha: UInt8 = 77
    return switch order {
    case .grey: [red]
    case .rgb: [red, green, blue]
    case .bgr: [blue, green, red]
    case .rgba: [red, green, blue, alpha]
    case .bgra: [blue, green, red, alpha]
    case .argb: [alpha, red, green, blue]
    case .abgr: [alpha, blue, green, red]
    }
  }

  /// The image that the samples are.
  static func expected(_ order: SampleOrder) throws -> RGBImage {
    try RGBImage(
      width: 2, height: 2,
      pixels: colours.flatMap { order == .grey ? [$0.0, $0.0, $0.0] : [$0.0, $0.1, $0.2] })
  }

  @Test("reads every order, with and without bytes between rows", arguments: SampleOrder.allCases, [0, 1, 5])
  func orders(_ order: SampleOrder, gap: Int) throws {
    var samples: [UInt8] = []
    for row in 0..<2 {
      for column in 0..<2 { samples += Self.samples(order, Self.colours[2 * row + column]) }
      // What follows the last row may be missing.
      if row == 0 { samples += [UInt8](repeating: 255, count: gap) }
    }
    let image = try RGBImage(
      width: 2, height: 2, samples: samples, order: order,
      bytesPerRow: gap == 0 ? nil : 2 * order.sampleCount + gap)
    #expect(try image == Self.expected(order))
    let copy = try samples.withUnsafeBytes {
      try RGBImage(
        width: 2, height: 2, samples: $0, order: order, bytesPerRow: 2 * order.sampleCount + gap)
    }
    #expect(copy == image)
  }

  @Test("reads a part of a larger image by the stride of the whole")
  func part() throws {
    let whole = try RGBImage(width: 4, height: 3, pixels: (0..<36).map { UInt8($0) })
    let part = try whole.pixels.withUnsafeBytes {
      try RGBImage(
        width: 2, height: 2, samples: UnsafeRawBufferPointer(rebasing: $0[15...]), order: .rgb,
        bytesPerRow: 12)
    }
    #expect(try part == whole.cropped(x: 1, y: 1, width: 2, height: 2))
  }

  @Test(
    "says what is wrong with the numbers",
    arguments: [
      (0, 2, 12, nil, "an image of 0×2 has no pixels"),
      (2, -1, 12, nil, "an image of 2×-1 has no pixels"),
      (2, 2, 11, nil, "11 bytes are too few for 2×2 pixels of 3 samples, 6 bytes a row"),
      (2, 2, 12, 5, "5 bytes a row are too few for 2 pixels of 3 samples"),
      (2, 2, 12, 7, "12 bytes are too few for 2×2 pixels of 3 samples, 7 bytes a row"),
      (2, 2, 12, -6, "-6 bytes a row are too few for 2 pixels of 3 samples"),
      (1 << 40, 1 << 40, 12, nil, "12 bytes are too few"),
      (Int.max, 2, 12, nil, "too few"),
      (2, Int.max, 12, nil, "12 bytes are too few"),
    ] as [(Int, Int, Int, Int?, String)])
  func refused(width: Int, height: Int, count: Int, stride: Int?, reason: String) throws {
    let error = try #require(throws: ImageError.self) {
      try RGBImage(
        width: width, height: height, samples: [UInt8](repeating: 0, count: count), order: .rgb,
        bytesPerRow: stride)
    }
    #expect(error.description.contains(reason), "\(error)")
  }
}
