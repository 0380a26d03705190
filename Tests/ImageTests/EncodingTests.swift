import Foundation
import Testing
import XAIFoundation
import XAITensor

@testable import XAIImage

@Suite struct EncodingTests {
  @Test("PNG keeps every sample")
  func png() throws {
    let scene = try Fixture.scene()
    #expect(try RGBImage(decoding: scene.png()) == scene)
    let pixel = RGBImage(width: 1, height: 1, filledWith: Colour(1, 2, 3))
    #expect(try RGBImage(decoding: pixel.png()) == pixel)
  }

  @Test("Grey PNG keeps every sample in a third of the channels")
  func greyPNG() throws {
    let samples = (0..<35).map { UInt8($0 * 7) }
    let bytes = try RGBImage.png(grey: samples, width: 7, height: 5)
    #expect(bytes[25] == 0)  // The colour type in the header: grey.
    #expect(try RGBImage(decoding: bytes).pixels == samples.flatMap { [$0, $0, $0] })
  }

  @Test("JPEG stays near the image, nearer with quality")
  func jpeg() throws {
    let scene = RGBImage(width: 64, height: 48) { pixels in
      for index in 0..<64 * 48 {
        let (y, x) = index.quotientAndRemainder(dividingBy: 64)
        pixels.setColour(Colour(UInt8(4 * x), UInt8(5 * y), UInt8(2 * x + y)), at: index)
      }
    }
    func error(quality: Int) throws -> Double {
      let decoded = try RGBImage(decoding: scene.jpeg(quality: quality))
      let sum = zip(decoded.pixels, scene.pixels).reduce(0.0) { $0 + pow(Double($1.0) - Double($1.1), 2) }
      return sum / Double(scene.pixels.count)
    }
    let (poor, good) = try (error(quality: 10), error(quality: 95))
    #expect(good < 2)
    #expect(good < poor)
  }

  @Test("Large JPEGs are written across several chunks")
  func largeJPEG() throws {
    var generator = SeededGenerator(state: 5)
    let noise = try RGBImage(
      width: 300, height: 200, pixels: (0..<180_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
    )
    let bytes = try noise.jpeg(quality: 100)
    #expect(bytes.count > 5 * 16384)
    #expect(try RGBImage(decoding: bytes).width == 300)
  }

  @Test("Images and qualities that can't be written are refused")
  func refuse() {
    let image = RGBImage(width: 1, height: 1, filledWith: .white)
    #expect(throws: ImageError.notEncodable(format: .jpeg, reason: "the quality 0 is outside 1 to 100")) {
      try image.jpeg(quality: 0)
    }
    #expect(throws: ImageError.self) { try RGBImage(width: 0, height: 3, pixels: []).png() }
    #expect(throws: ImageError.self) { try RGBImage(width: 70_000, height: 1, filledWith: .white).jpeg() }
  }

  @Test("Files are written in the format of their extension")
  func files() throws {
    let folder = try TemporaryFolder()
    let scene = try Fixture.scene()
    for (name, format) in [("a.png", ImageFormat.png), ("b.jpg", .jpeg), ("c.JPEG", .jpeg)] {
      try scene.write(to: folder.path(name))
      let bytes = [UInt8](try Data(contentsOf: URL(filePath: folder.path(name))))
      #expect(bytes.withUnsafeBytes { ImageFormat(of: $0) } == format)
    }
    #expect(folder.names == ["a.png", "b.jpg", "c.JPEG"])
    for name in ["d.gif", "e", "f.png/g"] {
      #expect(throws: ImageError.unknownExtension(file: folder.path(name))) {
        try scene.write(to: folder.path(name))
      }
    }
    #expect(throws: FileError.self) { try scene.write(to: folder.path("no/a.png")) }
  }
}
