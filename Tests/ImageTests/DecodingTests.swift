import Foundation
import Testing
import XAIFoundation

@testable import XAIImage

@Suite struct DecodingTests {
  @Test(
    "Every kind of file has the bytes of Pillow's convert(\"RGB\")",
    arguments: Golden.shared.decoded.keys.sorted())
  func decoding(name: String) throws {
    let expected = try #require(Golden.shared.decoded[name])
    let image = try RGBImage(contentsOf: Fixture.path(name))
    #expect(image.width == expected.width)
    #expect(image.height == expected.height)
    #expect(SHA256.text(image.pixels) == expected.sha256)
  }

  @Test("Images are upright unless they are asked for raw", arguments: Golden.shared.oriented.keys.sorted())
  func orientation(name: String) throws {
    let expected = try #require(Golden.shared.oriented[name])
    let image = try RGBImage(contentsOf: Fixture.path(name))
    #expect(image.width == expected.width)
    #expect(image.height == expected.height)
    #expect(SHA256.text(image.pixels) == expected.sha256)
    let raw = try RGBImage(contentsOf: Fixture.path(name), orientation: .raw)
    #expect(raw.width == 7 && raw.height == 5)
  }

  @Test("The format is told from the content, not the name")
  func formatByContent() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("image.jpg")
    try Data(Fixture.bytes("rgb8.png")).write(to: URL(filePath: path))
    #expect(try RGBImage(contentsOf: path) == Fixture.scene())
  }

  @Test("The pixel limit is checked before decoding and names the extent")
  func pixelLimit() throws {
    let bytes = try Fixture.bytes("rgb8.png")
    #expect(throws: ImageError.tooManyPixels(file: "a.png", width: 61, height: 47, limit: 61 * 47 - 1)) {
      try RGBImage(decoding: bytes, file: "a.png", pixelLimit: 61 * 47 - 1)
    }
    #expect(try RGBImage(decoding: bytes, pixelLimit: 61 * 47).width == 61)
    let jpeg = try Fixture.bytes("rgb-420.jpg")
    #expect(throws: ImageError.tooManyPixels(file: "a.jpg", width: 61, height: 47, limit: 0)) {
      try RGBImage(decoding: jpeg, file: "a.jpg", pixelLimit: 0)
    }
  }

  @Test("Files that are no images are refused with what they look like")
  func notImages() throws {
    #expect(throws: ImageError.empty(file: "image")) { try RGBImage(decoding: []) }
    for (bytes, content) in [
      (Array("Not found, sorry.".utf8), "text"), (Array("Étang".utf8), "text"),
      ([0, 1, 2, 3], "of an unknown format"),
      (Array("BM\0\0".utf8), "a BMP image"), (Array("II*\0".utf8), "a TIFF image, or a camera's raw data"),
      (Array("MM\0*".utf8), "a TIFF image, or a camera's raw data"),
      (Array("8BPS".utf8), "a Photoshop document"),
      ([0, 0, 0, 24] + Array("ftypavif".utf8), "an AVIF image"),
      ([0, 0, 0, 24] + Array("ftypheic".utf8), "a HEIC image"),
      ([0, 0, 0, 24] + Array("ftypisom".utf8), "a video, or an image in a video's container"),
      ([0xFF, 0x0A, 1, 2], "a JPEG XL image"), (Array("%PDF-1.7".utf8), "a PDF document"),
      (Array("<?xml version=\"1.0\"?><svg/>".utf8), "an SVG drawing"), (Array("P6\n1 1".utf8), "a PNM image"),
      (Array("<!DOCTYPE html>".utf8), "a page in HTML"),
      (
        Array("version https://git-lfs.github.com/spec/v1".utf8),
        "the pointer of a file in Git LFS; `git lfs pull` fetches the file itself"
      ),
    ] {
      #expect(throws: ImageError.unknownFormat(file: "cat.jpg", content: content)) {
        try RGBImage(decoding: bytes, file: "cat.jpg")
      }
    }
  }

  @Test("Files that can't be read are refused with the reason of the system")
  func unreadable() {
    #expect(throws: ImageError.unreadable(file: "/no/such.png", reason: "No such file or directory")) {
      try RGBImage(contentsOf: "/no/such.png")
    }
    #expect(throws: ImageError.unreadable(file: "/", reason: "Is a directory")) {
      try RGBImage(contentsOf: "/")
    }
    for device in ["/dev/null", "/dev/zero"] {
      #expect(throws: ImageError.unreadable(file: device, reason: "it is a device or socket, not a file")) {
        try RGBImage(contentsOf: device)
      }
    }
  }

  @Test("Messages say which file, what is wrong and what to do")
  func messages() throws {
    let bytes = try Fixture.bytes("rgb-420.jpg")
    let error = #expect(throws: ImageError.self) {
      try RGBImage(decoding: Array(bytes.dropLast(40)), file: "cat.jpg")
    }
    #expect(
      error?.description
        == "cat.jpg: the JPEG image is cut off (Premature end of JPEG file). Copy or download it again.")
  }
}
