import Testing
import XAICore
import XAIFoundation
import XAIImage
import XAITesting

/// Boxes and masks of an image of 37 × 23 in what the model sees of it.
@Suite struct ObjectRegionTests {
  /// A preprocessing with the resized extent, and the rows and columns before the crop (negative: a border), written down.
  struct View: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let preprocessing: Preprocessing
    let resized: (height: Int, width: Int)
    let top: Int
    let left: Int
    let height: Int
    let width: Int
  }

  static let size = (height: 23, width: 37)
  static let views: [View] = [
    View(
      testDescription: "exact", preprocessing: Preprocessing(resize: .exact(height: 16, width: 40)),
      resized: (16, 40), top: 0, left: 0, height: 16, width: 40),
    View(
      // ⌊14 × 37 / 23⌋ = 22.
      testDescription: "shortest edge, then crop",
      preprocessing: Preprocessing(resize: .shortestEdge(14), crop: .init(height: 12, width: 12)),
      resized: (14, 22), top: 1, left: 5, height: 12, width: 12),
    View(
      // (22 − 11)/2 = 5.5, half to even 6; (14 − 9)/2 = 2.5, half to even 2.
      testDescription: "shortest edge, then crop as timm",
      preprocessing: Preprocessing(
        resize: .shortestEdge(14), crop: .init(height: 9, width: 11, rounding: .halfToEven)),
      resized: (14, 22), top: 2, left: 6, height: 9, width: 11),
    View(
      // The larger side of the border is above and left: ⌊(14 − 31)/2⌋ = −9, ⌊(22 − 25)/2⌋ = −2.
      testDescription: "shortest edge, then a border",
      preprocessing: Preprocessing(resize: .shortestEdge(14), crop: .init(height: 31, width: 25)),
      resized: (14, 22), top: -9, left: -2, height: 31, width: 25),
    View(
      testDescription: "crop alone",
      preprocessing: Preprocessing(resize: .none, crop: .init(height: 8, width: 50)),
      resized: (23, 37), top: 7, left: -7, height: 8, width: 50),
    View(
      testDescription: "enlarged", preprocessing: Preprocessing(resize: .exact(height: 70, width: 74)),
      resized: (70, 74), top: 0, left: 0, height: 70, width: 74),
  ]

  private let image = RGBImage(
    width: size.width, height: size.height, filledWith: Colour(90, 90, 90))

  /// The point of the image that a pixel's centre shows.
  private func source(_ row: Int, _ column: Int, _ view: View) -> (y: Double, x: Double) {
    (
      (Double(row + view.top) + 0.5) * Double(Self.size.height) / Double(view.resized.height),
      (Double(column + view.left) + 0.5) * Double(Self.size.width) / Double(view.resized.width)
    )
  }

  @Test("a box is the pixels whose centre is in it", arguments: views)
  func boxes(_ view: View) throws {
    var random = SeededRandom(seed: 3)
    for _ in 0..<20 {
      let box = BoundingBox(
        x: Double(random.uniform()) * 30, y: Double(random.uniform()) * 15,
        width: 3 + Double(random.uniform()) * 20, height: 3 + Double(random.uniform()) * 15)
      let region = ObjectRegion(
        of: SampleObject(classIndex: 4, box: box), in: image, preprocessing: view.preprocessing)
      let expected = (0..<view.height * view.width).map { index in
        let (y, x) = source(index / view.width, index % view.width, view)
        return y >= box.y && y < box.y + box.height && x >= box.x && x < box.x + box.width
      }
      #expect(region?.pixels == (expected.contains(true) ? expected : nil))
      #expect(region?.classIndex ?? 4 == 4)
    }
  }

  @Test("a mask is what it is drawn as an image and resized by nearest", arguments: views)
  func masks(_ view: View) throws {
    var random = SeededRandom(seed: 4)
    let pixels = (0..<Self.size.height * Self.size.width).map { _ in random.uniform() < 0.4 }
    let mask = try Mask(width: Self.size.width, height: Self.size.height, pixels: pixels)
    let region = try #require(
      ObjectRegion(
        of: SampleObject(classIndex: 0, box: nil, mask: mask), in: image, preprocessing: view.preprocessing)
    )
    var nearest = view.preprocessing
    nearest.filter = .nearest
    let drawn = try nearest.resizedAndCropped(
      try RGBImage(
        width: mask.width, height: mask.height,
        pixels: pixels.flatMap { [UInt8](repeating: $0 ? 255 : 0, count: 3) }))
    #expect((drawn.height, drawn.width) == (view.height, view.width))
    #expect(region.pixels == (0..<view.height * view.width).map { drawn.pixels[3 * $0] == 255 })
  }

  @Test("a mask goes before a box")
  func maskFirst() throws {
    let pixels = (0..<Self.size.height * Self.size.width).map { $0 < Self.size.width }
    let object = SampleObject(
      classIndex: 0, box: BoundingBox(x: 0, y: 0, width: 37, height: 23),
      mask: try Mask(width: Self.size.width, height: Self.size.height, pixels: pixels))
    let region = ObjectRegion(of: object, in: image, preprocessing: Preprocessing(resize: .none))
    #expect(region?.pixels == pixels)
  }

  @Test("what is cropped away, smaller than a pixel or without a place has no region")
  func absent() {
    let crop = Preprocessing(resize: .shortestEdge(14), crop: .init(height: 12, width: 12))
    let boxes: [BoundingBox?] = [
      BoundingBox(x: 0, y: 0, width: 4, height: 23), BoundingBox(x: 18.1, y: 11, width: 0.1, height: 0.1),
      BoundingBox(x: 12, y: 5, width: 0, height: 4), nil,
    ]
    for box in boxes {
      let object = SampleObject(classIndex: 0, box: box)
      #expect(ObjectRegion(of: object, in: image, preprocessing: crop) == nil, "\(String(describing: box))")
    }
  }

  @Test("regions of one class are joined, those of the others too")
  func union() throws {
    var subject = try EvidenceModel().perfectSubject()
    func region(_ classIndex: Int, _ pixels: Range<Int>) -> ObjectRegion {
      ObjectRegion(classIndex: classIndex, pixels: (0..<256).map(pixels.contains))
    }
    subject.objects = [region(1, 0..<4), region(0, 2..<9), region(1, 3..<6), region(5, 20..<21)]
    #expect(subject.targetPixels == (0..<256).map { $0 < 6 })
    #expect(subject.otherPixels == (0..<256).map { (2..<9).contains($0) || $0 == 20 })
    subject.objects = [region(1, 0..<4), region(0, 9..<9)]
    #expect(subject.otherPixels == nil)
  }
}
