import Testing
import XAIImage
import XAITensor

/// Counts and extents that don't fit throw.
@Suite struct WrongExtentTests {
  private let image = RGBImage(width: 4, height: 3, filledWith: .red)

  @Test(arguments: [(2, 2, 11), (2, 2, 13), (-1, -1, 3), (0, 0, 3), (Int.max, 2, 6), (Int.max, Int.max, 3)])
  func samples(_ width: Int, _ height: Int, _ count: Int) {
    let samples = [UInt8](repeating: 0, count: count)
    #expect(throws: ImageError.wrongSampleCount(count, width: width, height: height, channels: 3)) {
      try RGBImage(width: width, height: height, pixels: samples)
    }
    #expect(throws: ImageError.wrongSampleCount(count, width: width, height: height, channels: 1)) {
      try RGBImage.png(grey: samples, width: width, height: height)
    }
  }

  @Test func alpha() {
    #expect(throws: ImageError.wrongSampleCount(11, width: 4, height: 3, channels: 1)) {
      try image.png(alpha: [UInt8](repeating: 255, count: 11))
    }
  }

  @Test(
    arguments: [
      (-1, 0, 1, 1), (0, -1, 1, 1), (4, 0, 1, 1), (0, 3, 1, 1), (0, 0, 5, 1), (0, 0, 1, 4), (0, 0, -1, 1),
      (2, 2, 3, 1), (1, 0, Int.max, 1), (Int.max, 0, 1, 1),
    ])
  func parts(_ x: Int, _ y: Int, _ width: Int, _ height: Int) {
    let error = #expect(throws: ImageError.self) {
      try image.cropped(x: x, y: y, width: width, height: height)
    }
    #expect(error?.description == "\(width)×\(height) at (\(x), \(y)) is not inside an image of 4×3.")
  }

  @Test("a part may be all of the image, or nothing")
  func wholeAndNothing() throws {
    #expect(try image.cropped(x: 0, y: 0, width: 4, height: 3) == image)
    #expect(try image.cropped(x: 4, y: 3, width: 0, height: 0).pixels.isEmpty)
  }

  @Test(arguments: [(0, 3), (4, 0), (-1, 2)])
  func sizes(_ width: Int, _ height: Int) {
    #expect(throws: ImageError.notResizable(from: "4×3", to: "\(width)×\(height)")) {
      try image.resized(width: width, height: height, filter: .bilinear)
    }
    #expect(throws: ImageError.notResizable(from: "0×0", to: "2×2")) {
      try RGBImage(width: 0, height: 0, filledWith: .red).resized(width: 2, height: 2, filter: .nearest)
    }
  }

  @Test("maps over no pixels, and with no share")
  func overlays() {
    let map = Tensor([1, 2], [0, 1])
    let empty = RGBImage(width: 0, height: 0, filledWith: .red)
    let style = MapStyle(scale: .spanning(map))
    for resize in [Preprocessing.Resize.shortestEdge(4), .cover(height: 4, width: 4), .none] {
      let view = Preprocessing(resize: resize, crop: .init(height: 3, width: 3)).view(ofHeight: 0, width: 0)
      #expect(throws: FigureError.self) { try empty.overlaid(with: map, style: style, view: view) }
    }
    #expect(throws: FigureError.self) { try RGBImage(map: map, style: style, height: 0, width: 4) }
    #expect(throws: FigureError.self) { try RGBImage(map: map, style: style, height: 4, width: -1) }
    #expect(throws: FigureError.self) {
      try image.overlaid(with: map, style: MapStyle(scale: .spanning(map), alpha: .nan))
    }
    for bound in [-1, 0, Float.nan] { #expect(ColourScale.symmetric(bound: bound).ends == 0...0) }
  }

  @Test("a preprocessing that leaves no pixels")
  func preprocessings() {
    for preprocessing in [
      Preprocessing(resize: .exact(height: 0, width: 4)), Preprocessing(resize: .exact(height: 4, width: 0)),
      Preprocessing(resize: .shortestEdge(0)), Preprocessing(resize: .shortestEdge(-3)),
      Preprocessing(resize: .none, crop: .init(height: 0, width: 2)),
      Preprocessing(resize: .none, crop: .init(height: -1, width: 2)),
      Preprocessing(resize: .cover(height: 0, width: 0)), Preprocessing(resize: .cover(height: -2, width: 3)),
    ] {
      #expect(throws: PreprocessingError.self, "\(preprocessing.resize)") {
        try preprocessing.tensor(from: image)
      }
    }
  }
}
