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
    let image = try Image(contentsOf: Fixture.path(name))
    #expect(image.width == expected.width)
    #expect(image.height == expected.height)
    #expect(SHA256.text(image.pixels) == expected.sha256)
  }

  @Test("EXIF orientation is applied on request only", arguments: Golden.shared.oriented.keys.sorted())
  func orientation(name: String) throws {
    let expected = try #require(Golden.shared.oriented[name])
    let image = try Image(contentsOf: Fixture.path(name), applyOrientation: true)
    #expect(image.width == expected.width)
    #expect(image.height == expected.height)
    #expect(SHA256.text(image.pixels) == expected.sha256)
    let raw = try Image(contentsOf: Fixture.path(name))
    #expect(raw.width == 7 && raw.height == 5)
  }

  @Test("The format is told from the content, not the name")
  func formatByContent() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("picture.jpg")
    try Data(Fixture.bytes("rgb8.png")).write(to: URL(filePath: path))
    #expect(try Image(contentsOf: path) == Fixture.scene())
  }

  @Test("The pixel limit is checked before decoding and names the extent")
  func pixelLimit() throws {
    let bytes = try Fixture.bytes("rgb8.png")
    #expect(throws: ImageError.tooManyPixels(file: "a.png", width: 61, height: 47, limit: 61 * 47 - 1)) {
      try Image(decoding: bytes, file: "a.png", pixelLimit: 61 * 47 - 1)
    }
    #expect(try Image(decoding: bytes, pixelLimit: 61 * 47).width == 61)
    let jpeg = try Fixture.bytes("rgb-420.jpg")
    #expect(throws: ImageError.tooManyPixels(file: "a.jpg", width: 61, height: 47, limit: 0)) {
      try Image(decoding: jpeg, file: "a.jpg", pixelLimit: 0)
    }
  }

  @Test("Files that are no pictures are refused with what they look like")
  func notPictures() throws {
    #expect(throws: ImageError.empty(file: "picture")) { try Image(decoding: []) }
    for (bytes, content) in [
      (Array("Not found, sorry.".utf8), "text"), (Array("GIF89a".utf8), "a GIF picture"),
      (Array("RIFF1234WEBPVP8 ".utf8), "a WebP picture"), ([0, 1, 2, 3], "of an unknown format"),
    ] {
      #expect(throws: ImageError.unknownFormat(file: "cat.jpg", content: content)) {
        try Image(decoding: bytes, file: "cat.jpg")
      }
    }
  }

  @Test("Files that can't be read are refused with the reason of the system")
  func unreadable() {
    #expect(throws: ImageError.unreadable(file: "/no/such.png", reason: "No such file or directory")) {
      try Image(contentsOf: "/no/such.png")
    }
    #expect(throws: ImageError.unreadable(file: "/", reason: "Is a directory")) { try Image(contentsOf: "/") }
    #expect(throws: ImageError.empty(file: "/dev/null")) { try Image(contentsOf: "/dev/null") }
  }

  @Test("Messages say which file, what is wrong and what to do")
  func messages() throws {
    let bytes = try Fixture.bytes("rgb-420.jpg")
    let error = #expect(throws: ImageError.self) {
      try Image(decoding: Array(bytes.dropLast(40)), file: "cat.jpg")
    }
    #expect(
      error?.description
        == "cat.jpg: the JPEG picture is cut off (Premature end of JPEG file). Copy or download it again.")
  }
}
