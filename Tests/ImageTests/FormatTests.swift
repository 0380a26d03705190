import Foundation
import Testing
import XAIFoundation

@testable import XAIImage

/// WebP, GIF and orientations against Pillow; see `Tests/Fixtures/formats/generate.py`.
@Suite struct FormatTests {
  struct Formats: Decodable {
    var decoded: [String: Golden.Image]
    var upright: [String: Golden.Image]
  }

  static let golden: Formats = {
    do {
      return try JSONDecoder().decode(
        Formats.self, from: Data(contentsOf: URL(filePath: path("golden.json"))))
    } catch {
      fatalError("golden.json: \(error)")
    }
  }()

  static func path(_ name: String) -> String {
    URL(filePath: Fixture.path("")).deletingLastPathComponent().appending(path: "formats/\(name)").path
  }

  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: path(name))))
  }

  /// The files that this build reads.
  static func names(_ images: [String: Golden.Image]) -> [String] {
    images.keys.filter { ImageFormat(extensionOf: $0)?.isReadable == true }.sorted()
  }

  private func expect(_ image: RGBImage, equals expected: Golden.Image) {
    #expect(image.width == expected.width && image.height == expected.height)
    #expect(SHA256.text(image.pixels) == expected.sha256)
  }

  @Test("WebP and GIF have the bytes of Pillow's convert(\"RGB\")", arguments: names(golden.decoded))
  func decoding(name: String) throws {
    try expect(RGBImage(contentsOf: Self.path(name)), equals: #require(Self.golden.decoded[name]))
  }

  @Test("Images are upright as Pillow's exif_transpose makes them", arguments: names(golden.upright))
  func upright(name: String) throws {
    let expected = try #require(Self.golden.upright[name])
    let image = try RGBImage(contentsOf: Self.path(name))
    expect(image, equals: expected)
    let raw = try RGBImage(contentsOf: Self.path(name), orientation: .raw)
    #expect(raw.width == 7 && raw.height == 5)
    #expect(RGBImage.isTurned(Self.path(name)) == (image != raw))
  }

  @Test("Each of the eight orientations in both byte orders is another image than the one that is stored")
  func orientationsDiffer() throws {
    for suffix in ["le.jpg", "be.jpg", "le.png", "be.png"] {
      let images = try (1...8).map { try RGBImage(contentsOf: Self.path("tag\($0)-\(suffix)")) }
      #expect(Set(images).count == 8)
      #expect(try images[0] == RGBImage(contentsOf: Self.path("tag1-\(suffix)"), orientation: .raw))
    }
  }

  @Test(
    "Every bit of an orientation may be wrong, and the image is still read", arguments: names(golden.upright))
  func damagedMetadata(name: String) throws {
    let bytes = try Self.bytes(name)
    // What is before the pixels, without the file's own header; checksums of PNG chunks that carry no pixels don't matter.
    let marks = ["Exif\0\0", "eXIf", "EXIF", "XMP ", "http://ns.adobe.com", "iTXt", "zTXt", "tEXt"].map {
      Array($0.utf8)
    }
    let start = try #require(
      bytes.indices.first { place in marks.contains { bytes[place...].starts(with: $0) } })
    for offset in start..<min(start + 60, bytes.count - 4) {
      for value in [0, 0x7F, 0x80, 0xFF] as [UInt8] {
        var damaged = bytes
        damaged[offset] = value
        // A chunk's name that is damaged may make the file another one; it must not crash.
        let image = try? RGBImage(decoding: damaged)
        if let image { #expect([[7, 5], [5, 7]].contains([image.width, image.height])) }
      }
    }
  }

  @Test("A build without a decoder says what to install")
  func missingDecoder() {
    let text = ImageError.missingDecoder(file: "a.webp", format: .webp).description
    #expect(text.contains("libwebp-dev") && text.contains("XAI_WEBP=on"))
    #expect(ImageError.missingDecoder(file: "a.gif", format: .gif).description.contains("libgif-dev"))
  }

  @Test("Extensions stand for formats, and content decides")
  func extensions() throws {
    for (name, format) in [
      ("a.JPG", ImageFormat.jpeg), ("a.jpeg", .jpeg), ("a.jpe", .jpeg), ("b.jfif", .jpeg), ("c.PNG", .png),
      ("d.webp", .webp), ("e.Gif", .gif), ("x/.f.png", .png), ("\u{301}.png", .png),
    ] {
      #expect(ImageFormat(extensionOf: name) == format, "\(name)")
    }
    for name in ["png", ".png", "a.bmp", "a.png/b", "a.", "a.jpg.txt"] {
      #expect(ImageFormat(extensionOf: name) == nil)
    }
    let folder = try TemporaryFolder()
    for name in ["gif-inside.png", "gif-inside.webp", "gif-inside"] where ImageFormat.gif.isReadable {
      try Data(Self.bytes("plain.gif")).write(to: URL(filePath: folder.path(name)))
      try expect(RGBImage(contentsOf: folder.path(name)), equals: #require(Self.golden.decoded["plain.gif"]))
    }
  }
}

/// Damaged WebP and GIF files: an error or an image, never a crash, a hang or memory without bound.
@Suite struct HostileFormatTests {
  static let corpus = FormatTests.names(FormatTests.golden.decoded)

  @Test("Every truncation is an error", arguments: corpus)
  func truncation(name: String) throws {
    let bytes = try FormatTests.bytes(name)
    // Behind the first frame of a GIF stand others and a byte that ends the file; neither is read.
    let end = name.hasSuffix("animated.gif") ? bytes.count / 3 : bytes.count - 1
    for count in Array(stride(from: 0, to: end, by: max(bytes.count / 100, 1))) + [end - 1] {
      #expect(throws: ImageError.self, "\(count) of \(bytes.count) bytes") {
        try RGBImage(decoding: Array(bytes.prefix(count)))
      }
    }
  }

  @Test("Flipped bytes give an image or an error", arguments: corpus)
  func flips(name: String) throws {
    let bytes = try FormatTests.bytes(name)
    expectImagesOrErrors(fromDamaged: bytes, rounds: 150)
  }

  @Test(
    "A header that lies about the extent costs no more than the limit",
    .enabled(if: ImageFormat.gif.isReadable))
  func lyingGIF() throws {
    var bytes = try FormatTests.bytes("plain.gif")
    bytes.replaceSubrange(6..<10, with: [0xFF, 0xFF, 0xFF, 0xFF])
    #expect(
      throws: ImageError.tooManyPixels(
        file: "image", width: 65535, height: 65535, limit: RGBImage.defaultPixelLimit)
    ) {
      try RGBImage(decoding: bytes)
    }
  }

  @Test(
    "A header that lies about the extent costs no more than the limit",
    .enabled(if: ImageFormat.webp.isReadable))
  func lyingWebP() throws {
    var bytes = try FormatTests.bytes("animated.webp")
    bytes.replaceSubrange(24..<30, with: [0xFF, 0x3F, 0, 0xFF, 0x3F, 0])
    #expect(
      throws: ImageError.tooManyPixels(
        file: "image", width: 16384, height: 16384, limit: RGBImage.defaultPixelLimit)
    ) {
      try RGBImage(decoding: bytes)
    }
  }
}

/// Images of extents that few have.
@Suite struct ExtremeExtentTests {
  @Test(
    "Images of a single pixel, line or column are read and resized",
    arguments: [(1, 1), (1, 2000), (2000, 1), (20000, 2)])
  func extents(width: Int, height: Int) throws {
    let samples = (0..<width * height * 3).map { UInt8(truncatingIfNeeded: $0 &* 37) }
    let image = try RGBImage(width: width, height: height, pixels: samples)
    #expect(try RGBImage(decoding: image.png()) == image)
    let decoded = try RGBImage(decoding: image.jpeg())
    #expect(decoded.width == width && decoded.height == height)
    let resized = try image.resized(width: 8, height: 8, filter: .bilinear)
    #expect(resized.pixels.count == 192)
  }
}
